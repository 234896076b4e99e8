/**
 * The way between one client and the simulated ensemble: delay, and being cut in either direction.
 *
 * It behaves as TCP does: within a connection each direction keeps its order and has no gaps, so that
 * after one message was lost none of that connection's arrives any more. A new connection may
 * overtake what is still on its way on an old one.
 */

import type { Random } from "@tavola/base";
import type { Clock } from "@tavola/host";

export interface DelayMs {
  readonly min: number;
  readonly max: number;
}

type Direction = "requests" | "answers";

export class MemoryLink {
  readonly #clock: Clock;
  readonly #random: Random;
  delayMs: DelayMs;
  /** Whether messages pass, now. */
  readonly passes: Record<Direction, boolean> = { requests: true, answers: true };

  constructor(clock: Clock, random: Random, delayMs: DelayMs) {
    this.#clock = clock;
    this.#random = random;
    this.delayMs = delayMs;
  }

  connection(): MemoryConnection {
    const lastAt = { requests: 0, answers: 0 };
    const torn = { requests: false, answers: false };
    return {
      send: (direction, arrive) => {
        const { min, max } = this.delayMs;
        const now = this.#clock.now();
        const at = Math.max(lastAt[direction], now + min + this.#random.next() * (max - min));
        lastAt[direction] = at;
        this.#clock.after(at - now, () => {
          if (!this.passes[direction]) torn[direction] = true;
          if (!torn[direction]) arrive();
        });
      },
      tear: () => {
        torn.requests = true;
        torn.answers = true;
      },
    };
  }
}

export interface MemoryConnection {
  send(direction: Direction, arrive: () => void): void;
  /** Nothing that is on its way arrives any more. */
  tear(): void;
}
