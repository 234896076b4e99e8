/**
 * The database of what has ended: one for all schedulers, with a connection of its own for each.
 *
 * It may be away, and its answers may be lost when what they answer was done. Owns what was written;
 * lists that only people look at stay empty.
 */

import { CodedError } from "@tavola/base";
import type { HistoryBatch, HistoryStore } from "@tavola/scheduler";
import type { SimulatedProcess } from "../world/process.ts";

type TaskHistory = NonNullable<HistoryBatch["tasks"]>[number];
type DeployHistory = NonNullable<HistoryBatch["deploys"]>[number];

const oneWayMs = { min: 1, max: 30 } as const;
/** Planted: from saying that it is written until it is. */
const hastyMs = 400;

export class HistoryDatabase {
  readonly tasks = new Map<string, TaskHistory>();
  readonly deploys = new Map<string, DeployHistory>();
  isAway = false;
  /** Share of the answers that are lost. */
  lostAnswers = 0;
  /** Called with what was there and what comes in its place. */
  onReplaced: (before: TaskHistory, after: TaskHistory) => void = () => {};

  write({ tasks = [], deploys = [] }: HistoryBatch): void {
    for (const task of tasks) {
      const { id } = task.task.taskId;
      const before = this.tasks.get(id);
      if (before !== undefined) this.onReplaced(before, task);
      this.tasks.set(id, task);
    }
    for (const deploy of deploys) {
      const { requestId, deployId } = deploy.deployMarker;
      this.deploys.set(`${requestId}-${deployId}`, deploy);
    }
  }
}

export interface HistoryConnection {
  readonly database: HistoryDatabase;
  readonly process: SimulatedProcess;
  /** Says that it has what it is going to have, if nobody dies. */
  readonly isHasty: boolean;
}

export function connectHistory({ database, process, isHasty }: HistoryConnection): HistoryStore {
  const { world } = process;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const delayMs = oneWayMs.min + process.random.next() * (oneWayMs.max - oneWayMs.min);
      // A ghost's question is asked of nobody.
      if (process.touch()) process.clock.after(delayMs, resolve);
    });
  const ask = async <T>(question: () => T): Promise<T> => {
    await pause();
    if (!process.touch()) return await new Promise<T>(() => {});
    if (database.isAway) throw away();
    const answer = question();
    await pause();
    if (process.random.next() < database.lostAnswers) throw away();
    return answer;
  };
  return {
    description: "simulated",
    async append(batch) {
      if (isHasty) {
        await pause();
        process.clock.after(hastyMs, () => database.write(batch));
        return;
      }
      await ask(() => {
        const { tasks = [] } = batch;
        world.note(`${process.name}: history has ${tasks.map(idOf).join(" ") || "no more tasks"}`);
        database.write(batch);
      });
    },
    task: (taskId) => ask(() => database.tasks.get(taskId)),
    taskOfRun: (_, runId) =>
      ask(() => [...database.tasks.values()].find(({ task }) => runOf(task) === runId)),
    tasks: () => ask(() => []),
    countTasks: () => ask(() => 0),
    requestEvents: () => ask(() => []),
    countRequestEvents: () => ask(() => 0),
    requestIds: () => ask(() => []),
    deploy: (requestId, deployId) => ask(() => database.deploys.get(`${requestId}-${deployId}`)),
    deploys: () => ask(() => []),
    countDeploys: () => ask(() => 0),
    hasDeploy: (requestId, deployId) => ask(() => database.deploys.has(`${requestId}-${deployId}`)),
    commandLineArguments: () => ask(() => []),
    purge: async () => ({
      tasksEmptied: 0,
      tasksRemoved: 0,
      requestEventsRemoved: 0,
      deploysEmptied: 0,
    }),
    ready: () => ask(() => undefined),
    async close() {},
  };
}

function away(): CodedError {
  return new CodedError("UNAVAILABLE", "the history does not answer", {}, { transient: true });
}

function idOf({ task }: TaskHistory): string {
  return task.taskId.id;
}

function runOf(task: TaskHistory["task"]): string | undefined {
  return task.taskRequest.pendingTask.runId;
}
