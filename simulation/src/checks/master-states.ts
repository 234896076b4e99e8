/**
 * What a master goes by agrees with itself: every index with every other, every sum with what it sums,
 * the allocator's books with the master's. The rules are the master's own (`checkMasterState`).
 */

import type { Allocator } from "@tavola/allocator";
import { checkMasterState, type MasterState } from "@tavola/master";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

/** A walk over everything costs: one look in so many. */
const looksBetween = 5;

export class MasterStates implements Checker {
  readonly #states = new Map<SimulatedProcess, readonly [MasterState, Allocator]>();
  #looks = 0;

  begins(process: SimulatedProcess, state: MasterState, allocator: Allocator): void {
    this.#states.set(process, [state, allocator]);
    process.onEnd(() => this.#states.delete(process));
  }

  looks(): void {
    this.#looks += 1;
    if (this.#looks % looksBetween === 0) this.rests();
  }

  rests(): void {
    for (const [process, [state, allocator]] of this.#states) {
      if (state.leadership.kind !== "leading") continue;
      const [finding] = checkMasterState(state, allocator);
      if (finding !== undefined) throw new Violation("master-state", `${process.name}: ${finding}`);
    }
  }
}
