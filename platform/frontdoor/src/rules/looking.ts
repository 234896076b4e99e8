/**
 * Looks at where rules are again and again: at its turn, or at once when told that there is news; with
 * longer and longer pauses while they cannot be seen. One look at a time.
 */

import type { Clock, Timer } from "@tavola/host";
import type { RulesSource } from "./rule-candidate.ts";

export interface LookingOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** True: it could be seen. Rejects only when the signal was aborted. */
  readonly look: (signal: AbortSignal) => Promise<boolean>;
}

const limits = {
  /** A flood of calls is no reason to look more often. */
  pauseMsMin: 100,
  awayPauseMsMax: 30_000,
} as const;

export class Looking implements RulesSource {
  /** Resolves after the first look. */
  readonly looked: Promise<void>;
  readonly #options: LookingOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #looked = Promise.withResolvers<void>();
  #wake: (() => void) | undefined;
  #isCalled = false;

  constructor(options: LookingOptions) {
    this.#options = options;
    this.looked = this.#looked.promise;
    this.#running = this.#run();
  }

  look(): void {
    this.#isCalled = true;
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { intervalMs, look } = this.#options;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      this.#isCalled = false;
      let isSeen = false;
      try {
        isSeen = await look(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      this.#looked.resolve();
      failures = isSeen ? 0 : failures + 1;
      const away = Math.min(limits.awayPauseMsMax, intervalMs * 2 ** Math.min(failures, 16));
      await this.#pause(limits.pauseMsMin, true);
      await this.#pause((isSeen ? intervalMs : Math.max(away, intervalMs)) - limits.pauseMsMin);
    }
    this.#looked.resolve();
  }

  #pause(ms: number, isFirm = false): Promise<void> {
    if (this.#stop.signal.aborted || ms <= 0 || (this.#isCalled && !isFirm)) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      const end = (): void => {
        timer?.cancel();
        this.#wake = undefined;
        resolve();
      };
      timer = this.#options.clock.after(ms, end);
      this.#wake = () => {
        if (!isFirm || this.#stop.signal.aborted) end();
      };
    });
  }
}
