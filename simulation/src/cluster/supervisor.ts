/**
 * Keeps one daemon running, as an init system would: whatever ends it, it is started again a while
 * later.
 */

import type { Random } from "@tavola/base";
import type { SimulatedProcess } from "../world/process.ts";
import type { World } from "../world/world.ts";

/** From its end to its next start; a simulation changes it as it goes. */
export interface Downtime {
  msMin: number;
  msMax: number;
}

export class Supervisor {
  readonly name: string;
  readonly downtime: Downtime = { msMin: 200, msMax: 12_000 };
  readonly #world: World;
  readonly #random: Random;
  readonly #start: () => SimulatedProcess;
  #process: SimulatedProcess | undefined;
  #isWanted = true;
  #restarts = 0;
  #isHeld = false;

  constructor(world: World, name: string, start: () => SimulatedProcess) {
    this.#world = world;
    this.name = name;
    this.#start = start;
    this.#random = world.dice(`supervisor of ${name}`);
  }

  /** Undefined while it is down. */
  get process(): SimulatedProcess | undefined {
    return this.#process;
  }

  get restarts(): number {
    return this.#restarts;
  }

  start(): void {
    if (this.#process !== undefined || !this.#isWanted || this.#isHeld) return;
    const process = this.#start();
    this.#process = process;
    process.onEnd(() => {
      if (this.#process !== process) return;
      this.#process = undefined;
      this.#restarts += 1;
      const { msMin, msMax } = this.downtime;
      this.#world.plan(msMin + this.#random.next() * (msMax - msMin), () => this.start());
    });
  }

  /** Ends it, if it runs; it is not started again before it is released. */
  hold(how: string): void {
    this.#isHeld = true;
    this.#process?.end(how);
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  release(): void {
    this.#isHeld = false;
    this.start();
  }

  get isRetired(): boolean {
    return !this.#isWanted;
  }

  /** Ends it for good. */
  retire(): void {
    this.#isWanted = false;
    this.#process?.end("retired");
  }
}

/** Of all of them together. */
export function restartsOf(hosts: readonly { readonly supervisor: Supervisor }[]): number {
  return hosts.reduce((sum, { supervisor }) => sum + supervisor.restarts, 0);
}
