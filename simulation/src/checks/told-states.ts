/**
 * What frameworks are told is true: no task is reported ended that runs (or will run again), none ends
 * twice in different ways, and a terminal report that an agent took over reaches its framework as it is.
 */

import { isEnd } from "../cluster/framework-records.ts";
import { type Ledger, runningNow, type TaskHistory, type ToldStatus } from "../cluster/ledger.ts";
import { Violation } from "../world/world.ts";
import type { Checker } from "./checker.ts";

const name = "told-states";

export class ToldStates implements Checker {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    ledger.onTold = (task, told) => this.#told(task, told);
    ledger.onStarted = (task) => this.#started(task);
  }

  /** Every end that an executor handed over has been told. */
  rests(): void {
    for (const task of this.#ledger.tasks.values()) {
      const handedOver = task.reports.filter(({ isAccepted }) => isAccepted);
      if (handedOver.length === 0 || this.#ledger.isBeingEnded(task)) continue;
      // An agent keeps nothing over its own end for who does not checkpoint; of one that the operator
      // has given up nobody waits for a word.
      if (!task.checkpoints || this.#ledger.isGivenUp(task)) continue;
      const ends = task.told.filter(({ status }) => isEnd(status));
      if (ends.some(({ status }) => handedOver.some(({ state }) => state === status.state)))
        continue;
      const told = ends.map(({ status }) => `${status.state} (${status.reason})`).join(", ");
      const states = handedOver.map(({ state }) => state).join(", ");
      throw new Violation(
        name,
        `the agent took over ${states} of ${task.key}; the framework was told ${told || "no end"}`,
      );
    }
  }

  #told(task: TaskHistory, { status }: ToldStatus): void {
    if (!isEnd(status)) return;
    // The operator's word, whatever runs there yet.
    if (this.#ledger.isGivenUp(task)) return;
    const how = `${status.state} (${status.source} ${status.reason}: ${status.message})`;
    const running = runningNow(task);
    if (running !== undefined) {
      throw new Violation(name, `${task.key} was reported ${how} and runs on ${running.agent}`);
    }
  }

  #started(task: TaskHistory): void {
    const end = task.told.find(({ status }) => isEnd(status));
    if (end === undefined || this.#ledger.isGivenUp(task)) return;
    const { state, reason } = end.status;
    throw new Violation(name, `${task.key} started after it was reported ${state} (${reason})`);
  }
}
