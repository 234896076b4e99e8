/**
 * One instance of what `tavola run` runs: where it is, what became of it, and its output.
 *
 * ```
 *   unplaced --launch--> launched --first status--> known --terminal status--> ended --output shown--> done
 *       ^                   |
 *       +--- never started -+   (its offer was gone, or the master never heard of it)
 * ```
 */

import type { TaskStatus } from "@tavola/protocol";
import { isTerminal } from "@tavola/sdk";

export type InstancePhase = "unplaced" | "launched" | "known" | "ended" | "done";

const successors: Readonly<Record<InstancePhase, readonly InstancePhase[]>> = {
  unplaced: ["launched"],
  launched: ["unplaced", "known", "ended"],
  known: ["known", "ended"],
  ended: ["done"],
  done: [],
};

export class RunInstance {
  readonly taskId: string;
  /** Put before its lines of output; undefined when it is the only one. */
  readonly prefix: string | undefined;
  readonly #ended = new AbortController();
  phase: InstancePhase = "unplaced";
  agentId: string | undefined;
  /** `HOST:PORT` of its agent's API. */
  agentAddress: string | undefined;
  last: TaskStatus | undefined;
  isOutputFollowed = false;

  constructor(taskId: string, prefix: string | undefined) {
    this.taskId = taskId;
    this.prefix = prefix;
  }

  /** Aborted once the task is at its end. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  launched(agentId: string, agentAddress: string): void {
    this.#move("launched");
    this.agentId = agentId;
    this.agentAddress = agentAddress;
  }

  /** "again": it never started and is to be placed anew. "nothing": told before. */
  updated(status: TaskStatus): "changed" | "nothing" | "again" {
    const { phase } = this;
    if (phase === "unplaced" || phase === "ended" || phase === "done") return "nothing";
    if (phase === "launched" && neverStarted(status)) {
      this.#move("unplaced");
      return "again";
    }
    const isNews = this.last?.state !== status.state;
    this.last = status;
    this.#move(isTerminal(status.state) ? "ended" : "known");
    if (this.phase === "ended") this.#ended.abort();
    return isNews ? "changed" : "nothing";
  }

  outputShown(): void {
    this.#move("done");
  }

  #move(to: InstancePhase): void {
    if (!successors[this.phase].includes(to)) {
      throw new Error(`illegal move of ${this.taskId}: ${this.phase} -> ${to}`);
    }
    this.phase = to;
  }
}

/** The offer was withdrawn before the launch, or the launch got lost on the way to the master. */
function neverStarted({ state, reason }: TaskStatus): boolean {
  if (reason === "REASON_INVALID_OFFERS") return true;
  if (reason !== "REASON_RECONCILIATION") return false;
  return state === "TASK_UNKNOWN" || state === "TASK_GONE" || state === "TASK_LOST";
}
