/**
 * Stops asking who does not answer, for a while.
 *
 *     closed --- failures in a row ---> open --- its time is over ---> probing
 *       ^                                ^                               | one request
 *       +------------ it succeeds -------+------------ it fails ---------+
 */

import { type Instant, later } from "@tavola/base";

export class CircuitBreaker {
  readonly #failuresMax: number;
  readonly #openMs: number;
  #failures = 0;
  #openUntil: Instant | undefined;
  #isProbing = false;

  constructor(failuresMax: number, openMs: number) {
    this.#failuresMax = failuresMax;
    this.#openMs = openMs;
  }

  /** Whether a request may go. Whoever was let must say how it ended: `succeeded`, `failed` or `gaveUp`. */
  admits(now: Instant): boolean {
    if (this.#openUntil === undefined) return true;
    if (now < this.#openUntil || this.#isProbing) return false;
    this.#isProbing = true;
    return true;
  }

  /** Until it asks again. */
  waitMs(now: Instant): number {
    return this.#openUntil === undefined ? 0 : Math.max(0, this.#openUntil - now);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#openUntil = undefined;
    this.#isProbing = false;
  }

  failed(now: Instant): void {
    this.#failures += 1;
    if (!this.#isProbing && this.#failures < this.#failuresMax) return;
    this.#openUntil = later(now, this.#openMs);
    this.#isProbing = false;
    this.#failures = 0;
  }

  /** It ended without saying anything of the instances: the client went away. */
  gaveUp(): void {
    this.#isProbing = false;
  }
}
