/**
 * What frameworks are told is true: no task is reported ended that runs (or will run again), none ends
 * twice in different ways, and a terminal report that an agent took over reaches its framework as it is.
 */

import { isTerminal } from "@tavola/sdk";
import { mayComeBack } from "../cluster/framework-records.ts";
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
      if (handedOver.length === 0 || task.isForgotten) continue;
      const ends = task.told.filter(({ status }) => isLastWord(status));
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
    if (!isLastWord(status)) return;
    const how = `${status.state} (${status.source} ${status.reason}: ${status.message})`;
    const running = runningNow(task);
    if (running !== undefined) {
      throw new Violation(name, `${task.key} was reported ${how} and runs on ${running.agent}`);
    }
  }

  #started(task: TaskHistory): void {
    const end = task.told.find(({ status }) => isLastWord(status));
    if (end === undefined) return;
    const { state, reason } = end.status;
    throw new Violation(name, `${task.key} started after it was reported ${state} (${reason})`);
  }
}

function isLastWord(status: ToldStatus["status"]): boolean {
  return isTerminal(status.state) && !mayComeBack(status);
}
