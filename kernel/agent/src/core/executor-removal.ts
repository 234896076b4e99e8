/**
 * What happens when nothing of an executor is left to wait for.
 */

import { describeExecutor, hasIncompleteTasks, runAddressOf } from "./executors.ts";
import { removeFrameworkIfIdle } from "./frameworks.ts";
import type { Executor } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Removes a terminated executor once its tasks' updates are acknowledged, or never will be. */
export function removeExecutorIfDone(turn: Turn, executor: Executor): void {
  const { state } = turn;
  const { framework } = executor;
  if (executor.phase === "terminated") {
    const isHopeless = state.phase === "terminating" || framework.phase === "terminating";
    if (isHopeless || !hasIncompleteTasks(executor)) removeExecutor(turn, executor);
  }
  removeFrameworkIfIdle(turn, framework);
}

function removeExecutor(turn: Turn, executor: Executor): void {
  const { state } = turn;
  const { framework } = executor;
  turn.debug(describeExecutor(executor), "cleaning up executor");
  framework.executors.delete(executor.id);
  state.executorsByContainer.delete(executor.containerId);
  for (const tasks of [executor.queuedTasks, executor.launchedTasks, executor.terminatedTasks]) {
    for (const taskId of tasks.keys()) {
      if (framework.executorsByTask.get(taskId) === executor) {
        framework.executorsByTask.delete(taskId);
      }
    }
  }
  turn.add({ kind: "closeStream", containerId: executor.containerId });
  turn.add({ kind: "retireExecutor", executor, run: runAddressOf(state, executor) });
  framework.completedExecutors.add(executor);
}
