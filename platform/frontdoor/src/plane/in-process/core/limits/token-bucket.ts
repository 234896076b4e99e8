/** So many a second, and a second's worth at once. */

import type { Instant } from "@tavola/base";

export class TokenBucket {
  readonly #perSecond: number;
  readonly #most: number;
  #tokens: number;
  #filledAt: Instant;

  constructor(perSecond: number, now: Instant) {
    this.#perSecond = perSecond;
    this.#most = Math.max(1, perSecond);
    this.#tokens = this.#most;
    this.#filledAt = now;
  }

  take(now: Instant): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Until there will be one again. */
  waitMs(now: Instant): number {
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / this.#perSecond) * 1000;
  }

  #fill(now: Instant): void {
    const gained = (Math.max(0, now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#most, this.#tokens + gained);
    this.#filledAt = now;
  }
}
