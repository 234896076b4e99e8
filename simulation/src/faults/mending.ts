/**
 * Lifts what faults have done: each in its time, and all that is left when the last fault is over.
 */

import type { Network } from "../world/network.ts";
import type { World } from "../world/world.ts";

export class Mending {
  readonly #world: World;
  readonly #network: Network;
  readonly #due = new Set<() => void>();

  constructor(network: Network) {
    this.#network = network;
    this.#world = network.world;
  }

  after(delayMs: number, what: string, mend: () => void): void {
    const once = (): void => {
      if (!this.#due.delete(once)) return;
      this.#world.note(what);
      mend();
    };
    this.#due.add(once);
    this.#world.plan(delayMs, once);
  }

  block(from: string, to: string, lastsMs: number): void {
    this.#world.note(`the way from ${from} to ${to} is blocked`);
    this.#network.block(from, to);
    this.after(lastsMs, `the way from ${from} to ${to} is free`, () =>
      this.#network.unblock(from, to),
    );
  }

  all(): void {
    for (const mend of [...this.#due]) mend();
  }
}
