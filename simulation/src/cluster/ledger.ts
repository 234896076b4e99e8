/**
 * What is true of every task, written down by those who cannot be wrong about it.
 *
 * The machine that runs a task says when it starts and ends; its executor, what it reported and what
 * the agent took over; the framework's scheduler, what it asked for and what it was told. Checkers
 * compare these; nothing simulated reads them.
 */

import type { TaskState, TaskStatus } from "@tavola/protocol";
import type { Resources } from "@tavola/resources";

/** One time that a task really ran. */
export interface TaskRun {
  readonly agent: string;
  readonly containerId: string;
  readonly startedMs: number;
  endedMs: number | undefined;
}

/** An executor's last word on a task. */
export interface TerminalReport {
  readonly state: TaskState;
  readonly containerId: string;
  /** The agent said that it has it. */
  isAccepted: boolean;
}

export interface ToldStatus {
  readonly atMs: number;
  readonly status: TaskStatus;
}

/** A KILL that a leading master took. */
export interface KillTaken {
  readonly atMs: number;
}

export interface TaskHistory {
  readonly key: string;
  readonly framework: string;
  /** That it had when it launched the task. */
  readonly frameworkId: string;
  readonly taskId: string;
  /** What it uses itself, its executor not counted. */
  readonly own: Resources;
  readonly intendedMs: number;
  /** Host of the agent that was to run it, and the id that it had then. */
  readonly agent: string;
  readonly agentId: string;
  /** Whether its framework checkpoints: if not, it dies with its agent, and so may what it reported. */
  readonly checkpoints: boolean;
  readonly runs: TaskRun[];
  readonly reports: TerminalReport[];
  readonly told: ToldStatus[];
  readonly kills: KillTaken[];
  /** Its executor was killed, or its machine lost its power: its report may be gone. */
  mayLoseReport: boolean;
  /** Its framework has ended, or is to end: nobody is told of it any more. */
  isForgotten: boolean;
}

export type Intention = Pick<
  TaskHistory,
  | "framework"
  | "frameworkId"
  | "taskId"
  | "own"
  | "intendedMs"
  | "agent"
  | "agentId"
  | "checkpoints"
>;

export class Ledger {
  readonly tasks = new Map<string, TaskHistory>();
  /** Ids that schedulers have heard of. One that none did stays with its master, for a failover timeout. */
  readonly frameworkIds = new Set<string>();
  /** Ids of frameworks that somebody asked to be torn down. */
  readonly tornDown = new Set<string>();
  /** Ids of frameworks that a master has removed. Another one may take such a framework back. */
  readonly removed = new Set<string>();
  /** Ids of agents that the operator asked to be marked gone, their tasks with them. */
  readonly goneAgents = new Set<string>();
  /** Of those, the ones of which a master has said that it is so. */
  readonly markedGone = new Set<string>();
  readonly #byId = new Map<string, TaskHistory>();
  /** How often anything has started or ended. */
  runs = 0;
  /** For checkers, at the moment itself. */
  onTold: (task: TaskHistory, told: ToldStatus) => void = () => {};
  onStarted: (task: TaskHistory) => void = () => {};

  intended(intention: Intention): void {
    const key = keyOf(intention.framework, intention.taskId);
    const task: TaskHistory = {
      ...intention,
      key,
      runs: [],
      reports: [],
      told: [],
      kills: [],
      mayLoseReport: false,
      isForgotten: false,
    };
    this.tasks.set(key, task);
    this.#byId.set(task.taskId, task);
  }

  /** Ids of tasks are nobody's twice. */
  find(taskId: string): TaskHistory | undefined {
    return this.#byId.get(taskId);
  }

  /** All that the framework of this name has launched so far is over, or has to be. */
  forget(framework: string): void {
    for (const task of this.tasks.values()) {
      if (task.framework === framework) task.isForgotten = true;
    }
  }

  /** For some master it is over, though it may run until it is stopped. */
  isBeingEnded(task: TaskHistory): boolean {
    return task.isForgotten || this.removed.has(task.frameworkId);
  }

  /** The operator has said that it is over, whatever the agent says. */
  isGivenUp({ agentId }: TaskHistory): boolean {
    return this.goneAgents.has(agentId);
  }

  task(framework: string, taskId: string): TaskHistory {
    const found = this.tasks.get(keyOf(framework, taskId));
    if (found === undefined) throw new Error(`nobody intended task ${taskId} of ${framework}`);
    return found;
  }

  started(task: TaskHistory, run: TaskRun): void {
    this.runs += 1;
    this.onStarted(task);
    task.runs.push(run);
  }

  ended(run: TaskRun, atMs: number): void {
    this.runs += 1;
    run.endedMs = atMs;
  }

  told(task: TaskHistory, told: ToldStatus): void {
    task.told.push(told);
    this.onTold(task, told);
  }
}

/** `framework` is its name: ids come and go. */
function keyOf(framework: string, taskId: string): string {
  return `${framework}/${taskId}`;
}

export function runningNow({ runs }: TaskHistory): TaskRun | undefined {
  return runs.find(({ endedMs }) => endedMs === undefined);
}
