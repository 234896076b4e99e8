/**
 * When to say that an announcement, taken once, is renewed by no server any more, and that it is again:
 * each once, and not for a server that is only being started anew.
 */

/** Longer than any client needs to find another server. */
const patienceMs = 3_000;

export class RenewalReport {
  #notTakenSince: number | undefined;
  #isTold = false;

  /** To be called again and again. What there is to say; undefined: nothing. */
  looked(isTaken: boolean, nowMs: number): "lost" | "back" | undefined {
    if (isTaken) {
      const wasTold = this.#isTold;
      this.#notTakenSince = undefined;
      this.#isTold = false;
      return wasTold ? "back" : undefined;
    }
    this.#notTakenSince ??= nowMs;
    if (this.#isTold || nowMs - this.#notTakenSince < patienceMs) return undefined;
    this.#isTold = true;
    return "lost";
  }
}
