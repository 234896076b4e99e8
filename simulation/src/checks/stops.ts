/**
 * Every task that was told to stop stops, without being told twice.
 *
 * A KILL that a leading master took, and a master that has led ever since, is enough: the master
 * repeats it to an agent that missed it. The framework asks again only when another master leads.
 */

import { type Ledger, runningNow } from "../cluster/ledger.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

export class Stops implements Checker {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  rests(): void {
    for (const task of this.#ledger.tasks.values()) {
      const running = runningNow(task);
      const kill = task.kills.at(-1);
      if (running === undefined) continue;
      const isOver = task.isForgotten || this.#ledger.isGivenUp(task);
      if (kill === undefined && !isOver) continue;
      const when = isOver ? "its framework or its agent is gone" : "it was told to stop";
      throw new Violation("stops", `${task.key} runs on ${running.agent}, though ${when}`);
    }
  }
}
