/**
 * Retries are a share of what is asked, so that a service that fails is not asked three times as much:
 * each request earns a fifth of a retry, up to a bound; each retry costs one.
 */

const earned = 0.2;
const most = 100;
/** What a plane starts with: the first failures after a start are worth a retry, too. */
const atFirst = 20;

export class RetryBudget {
  #left = atFirst;

  requestBegan(): void {
    this.#left = Math.min(most, this.#left + earned);
  }

  /** False: no more for now. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
