/**
 * How long to wait before a daemon that ended is started again: half a second, then twice as long each
 * time, up to half a minute. One that ran for a minute begins with the first wait again.
 */

const limits = { firstMs: 500, maxMs: 30_000, forgottenAfterMs: 60_000 } as const;

export class RestartPause {
  #nextMs: number = limits.firstMs;

  /** The pause after a life of `livedMs`. */
  afterLife(livedMs: number): number {
    if (livedMs > limits.forgottenAfterMs) this.#nextMs = limits.firstMs;
    const pauseMs = this.#nextMs;
    this.#nextMs = Math.min(2 * pauseMs, limits.maxMs);
    return pauseMs;
  }
}
