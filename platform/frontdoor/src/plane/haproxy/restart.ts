/** Starting again what has ended: at once, and ever more seldom when it does not last. */

import type { Instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";

const limits = {
  waitMsMin: 50,
  waitMsMax: 5_000,
  /** What has run so long has lasted. */
  steadyMs: 10_000,
} as const;

export interface RestartOptions {
  readonly clock: Clock;
  /** Rejects when it cannot; then `failed` is told why, and it is tried again. */
  start(): Promise<void>;
  failed(error: unknown): void;
}

export class Restart {
  readonly #options: RestartOptions;
  /** Before the next try. */
  #waitMs = 0;
  /** Undefined: not since it was to begin again. */
  #startedAt: Instant | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: RestartOptions) {
    this.#options = options;
  }

  /** It has ended. */
  begin(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    const { clock } = this.#options;
    const hasLasted =
      this.#startedAt !== undefined && clock.now() - this.#startedAt >= limits.steadyMs;
    const waitMs = hasLasted ? 0 : this.#waitMs;
    this.#startedAt = undefined;
    this.#waitMs = Math.min(limits.waitMsMax, Math.max(limits.waitMsMin, waitMs * 2));
    if (waitMs === 0) void this.#start();
    else {
      this.#timer = clock.after(waitMs, () => {
        this.#timer = undefined;
        void this.#start();
      });
    }
  }

  async #start(): Promise<void> {
    const { start, failed } = this.#options;
    try {
      await start();
    } catch (error) {
      if (this.#isClosed) return;
      failed(error);
      this.begin();
    }
  }

  /** It runs, whoever started it. */
  succeeded(): void {
    this.#startedAt = this.#options.clock.now();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }
}
