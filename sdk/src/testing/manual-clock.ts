/**
 * A clock that stands still until a test moves it.
 */

import { instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";

interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  #nowMs = 1_800_000_000_000;
  readonly #waiting = new Set<Waiting>();

  now() {
    return instant(this.#nowMs);
  }

  after(delayMs: number, run: () => void): Timer {
    const waiting = { at: this.#nowMs + Math.max(0, delayMs), run };
    this.#waiting.add(waiting);
    return { cancel: () => void this.#waiting.delete(waiting) };
  }

  get timers(): number {
    return this.#waiting.size;
  }

  /** Fires what is due on the way, in the order of time, and lets what it set off happen. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    while (true) {
      await settle();
      const due = [...this.#waiting].filter(({ at }) => at <= endMs).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#waiting.delete(due);
      this.#nowMs = due.at;
      due.run();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

/** Lets everything that is ready to run do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
