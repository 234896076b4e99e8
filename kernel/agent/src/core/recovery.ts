/**
 * An agent comes back to what it was doing: from what is on its disk, to being ready to register.
 *
 *     checkpointsRecovered --> containers are found again --> containersRecovered
 *         --> executors subscribe again (those that do not in time are ended) --> finished: register
 *
 * Only then does a master hear of it, with all that runs here. Until the containers are found again
 * executors are told to wait (503); updates are taken and kept. Source: Slave::_recover,
 * Slave::reregisterExecutorTimeout, Slave::__recover.
 *
 * Differs: Mesos waits out the timeout even when every executor is back, and counts it from the start.
 * Here recovery is over as soon as nobody is missing, and the timeout counts anew for whoever is left
 * each time one has come back (up to its maximum of 15 s in all), so that on a busy machine a crowd of
 * living executors is not ended for queueing.
 */

import { formatDuration } from "@tavola/host";
import { limits } from "./agent-config.ts";
import type { AgentEvent } from "./events.ts";
import { shutDownForCleanup } from "./executor-shutdown.ts";
import { describeExecutor, moveExecutor } from "./executors.ts";
import { rebuildFrameworks } from "./recovered-frameworks.ts";
import { recovered } from "./registration.ts";
import type { AgentState, Executor } from "./state.ts";
import { stateFor } from "./task-states.ts";
import type { Turn } from "./turn.ts";

type CheckpointsRecovered = Extract<AgentEvent, { kind: "checkpointsRecovered" }>;

export function checkpointsRecovered(turn: Turn, event: CheckpointsRecovered): void {
  const { state } = turn;
  state.checkpointedResources = event.resources;
  if (event.agent !== undefined) rebuildFrameworks(turn, event.agent, event.isRebooted);
  const containers = [...state.executorsByContainer.keys()];
  turn.add({ kind: "recoverContainers", containers });
}

/** Those which live can be followed; of the others the end is reported like any end. */
export function containersRecovered(turn: Turn): void {
  const { state } = turn;
  if (state.phase !== "recovering") return;
  state.isReconnecting = true;
  const at = turn.later(limits.executorReregistrationTimeoutMsMax);
  state.deadlines.set("reconnectionEnd", at, { kind: "reconnectionEnd" });
  if (state.config.recover === "cleanup") {
    finish(turn);
    return;
  }
  awaitExecutors(turn);
}

/** After every event while executors are expected back. */
export function reconnectionProgressed(turn: Turn, hasReturned: boolean): void {
  const { state } = turn;
  if (state.phase !== "recovering" || !state.isReconnecting) return;
  if (missing(state).length === 0) finish(turn);
  else if (hasReturned) awaitExecutors(turn);
}

function awaitExecutors(turn: Turn): void {
  const { state } = turn;
  if (missing(state).length === 0) {
    finish(turn);
    return;
  }
  const { executorReregistrationTimeoutMs } = state.config;
  const at = turn.later(executorReregistrationTimeoutMs + limits.executorReregistrationMarginMs);
  state.deadlines.set("reconnection", at, { kind: "reconnectionTimeout" });
}

/** PERF: O(executors); a set of those missing would be O(1), and is not worth its upkeep at 1,000. */
function missing(state: AgentState): Executor[] {
  return [...state.executorsByContainer.values()].filter(({ phase }) => phase === "registering");
}

/** Whoever has not come back by now is taken for hung; had it ended, that would be known. */
export function reconnectionTimedOut(turn: Turn): void {
  const { state } = turn;
  if (state.phase !== "recovering" || !state.isReconnecting) return;
  const within = formatDuration(state.config.executorReregistrationTimeoutMs);
  for (const executor of missing(state)) {
    turn.warn(describeExecutor(executor), `killing executor: it did not reregister in ${within}`);
    executor.pendingTermination ??= {
      state: stateFor(executor.framework, "TASK_GONE"),
      reason: "REASON_EXECUTOR_REREGISTRATION_TIMEOUT",
      message: `Executor did not reregister within ${within}`,
    };
    moveExecutor(executor, "terminating");
    turn.add({ kind: "destroyContainer", containerId: executor.containerId });
  }
  finish(turn);
}

function finish(turn: Turn): void {
  const { state } = turn;
  state.deadlines.cancel("reconnection");
  state.deadlines.cancel("reconnectionEnd");
  turn.info(
    { frameworks: state.frameworks.size, executors: state.executorsByContainer.size },
    "finished recovery",
  );
  turn.add({ kind: "finishRecovery" });
  if (state.config.recover === "cleanup") shutDownForCleanup(turn);
  else recovered(turn);
}
