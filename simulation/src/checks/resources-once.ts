/**
 * No resource is in two places: what runs on a machine fits into it, and no task runs twice.
 *
 * Looks at what really runs, whatever anybody believes; but for tasks of frameworks that have ended, which
 * are being stopped.
 */

import { Resources } from "@tavola/resources";
import type { Ledger } from "../cluster/ledger.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

export class ResourcesOnce implements Checker {
  readonly #ledger: Ledger;
  readonly #totals: ReadonlyMap<string, Resources>;
  #lastRuns = 0;

  /** `totals`: what each machine has, by host. */
  constructor(ledger: Ledger, totals: ReadonlyMap<string, Resources>) {
    this.#ledger = ledger;
    this.#totals = totals;
  }

  looks(): void {
    if (this.#ledger.runs === this.#lastRuns) return;
    this.#lastRuns = this.#ledger.runs;
    const used = new Map<string, Resources>();
    for (const task of this.#ledger.tasks.values()) {
      const running = task.runs.filter(({ endedMs }) => endedMs === undefined);
      const [first] = running;
      if (first === undefined) continue;
      if (running.length > 1) {
        throw new Violation("resources-once", `task ${task.key} runs ${running.length} times`);
      }
      // As in Mesos, the books have it back at once, and its machine when it has stopped.
      if (this.#ledger.isBeingEnded(task)) continue;
      const sum = (used.get(first.agent) ?? Resources.empty).plus(task.own.unallocated());
      used.set(first.agent, sum);
    }
    for (const [host, sum] of used) {
      const total = this.#totals.get(host) ?? Resources.empty;
      if (total.contains(sum)) continue;
      throw new Violation("resources-once", `on ${host} run tasks of ${sum}; it has ${total}`);
    }
  }

  rests(): void {
    this.looks();
  }
}
