/**
 * What a master goes by agrees with itself: every index with every other, every sum with what it sums,
 * the allocator's books with the master's. The rules are the master's own (`checkMasterState`).
 */

import type { Allocator } from "@tavola/allocator";
import type { FrameworkId } from "@tavola/base";
import { checkMasterState, type MasterState } from "@tavola/master";
import type { SimulatedProcess } from "../world/process.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

/** A walk over everything costs: one look in so many. */
const looksBetween = 5;

export class MasterStates implements Checker {
  readonly #states = new Map<SimulatedProcess, readonly [MasterState, Allocator]>();
  /** Ids of frameworks that some master has removed. */
  #removed: ReadonlySet<string> = new Set();
  #looks = 0;

  /** Told once it is known. */
  knows(removed: ReadonlySet<string>): void {
    this.#removed = removed;
  }

  /**
   * A framework that a former leader removed is back for this one: agents bring what they have not ended
   * yet, and what took its place.
   */
  #hasReturned({ frameworks }: MasterState): boolean {
    return [...this.#removed].some((id) => frameworks.has(id as FrameworkId));
  }

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
      const agentsLie = this.#hasReturned(state);
      const [finding] = checkMasterState(state, allocator, { agentsLie });
      if (finding !== undefined) throw new Violation("master-state", `${process.name}: ${finding}`);
    }
  }
}
