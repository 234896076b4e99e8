/** Starting again what has ended: at once, and ever more seldom while it cannot be done. */

import type { Clock, Timer } from "@tavola/host";

const limits = { waitMsMin: 50, waitMsMax: 5_000 } as const;

export interface RestartOptions {
  readonly clock: Clock;
  /** Rejects when it cannot; it is told why by `failed`. */
  start(): Promise<void>;
  failed(error: unknown): void;
}

export class Restart {
  readonly #options: RestartOptions;
  #waitMs: number = limits.waitMsMin;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: RestartOptions) {
    this.#options = options;
  }

  async begin(): Promise<void> {
    const { start, failed, clock } = this.#options;
    try {
      await start();
    } catch (error) {
      if (this.#isClosed) return;
      failed(error);
      this.#timer = clock.after(this.#waitMs, () => void this.begin());
      this.#waitMs = Math.min(limits.waitMsMax, this.#waitMs * 2);
    }
  }

  /** It runs, whoever started it. */
  succeeded(): void {
    this.#waitMs = limits.waitMsMin;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }
}
