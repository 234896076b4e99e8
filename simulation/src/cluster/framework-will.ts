/**
 * What a simulated framework wants, decided once from the seed; a stage of the run may change it.
 */

import { type Random, randomInt } from "@tavola/base";
import type { TaskRecord } from "./framework-records.ts";

export class FrameworkWill {
  readonly isPartitionAware: boolean;
  /** Runs some tasks in an executor of its own. */
  readonly usesOwnExecutor: boolean;
  readonly tasksMax: number;
  /** How long after its launch a task is to be stopped; by task, decided once. */
  readonly #stopAfterMs = new Map<string, number>();
  readonly #random: Random;
  /** Launches nothing new. */
  isQuiet = false;
  /** Keeps offers that it has no use for, instead of declining them. */
  holdsOffers = false;

  constructor(random: Random) {
    this.#random = random;
    this.isPartitionAware = random.next() < 0.6;
    this.usesOwnExecutor = random.next() < 0.4;
    this.tasksMax = 4 + randomInt(random, 14);
  }

  stops({ taskId, intendedMs }: TaskRecord, nowMs: number): boolean {
    let afterMs = this.#stopAfterMs.get(taskId);
    if (afterMs === undefined) {
      const random = this.#random;
      afterMs = random.next() < 0.5 ? 1000 + random.next() * 60_000 : Number.POSITIVE_INFINITY;
      this.#stopAfterMs.set(taskId, afterMs);
    }
    return nowMs - intendedMs > afterMs;
  }

  refuseSeconds(): number {
    const choice = this.#random.next();
    if (choice < 0.3) return 0;
    return choice < 0.9 ? 1 + this.#random.next() * 5 : 5 + this.#random.next() * 30;
  }
}
