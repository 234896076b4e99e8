/**
 * The core's timers, by name: setting one again replaces it.
 */

import type { Instant } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type { MasterEvent } from "../core/events.ts";

export class Wakes {
  readonly #clock: Clock;
  readonly #dispatch: (event: MasterEvent) => void;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: Clock, dispatch: (event: MasterEvent) => void) {
    this.#clock = clock;
    this.#dispatch = dispatch;
  }

  set(key: string, at: Instant, event: MasterEvent): void {
    this.#timers.get(key)?.cancel();
    const delayMs = Math.max(0, at - this.#clock.now());
    const timer = this.#clock.after(delayMs, () => {
      // A timer cannot be told to wait longer than 24 days, so it may come too soon.
      if (this.#clock.now() < at) {
        this.set(key, at, event);
        return;
      }
      this.#timers.delete(key);
      this.#dispatch(event);
    });
    this.#timers.set(key, timer);
  }

  cancel(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
  }

  cancelAll(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
