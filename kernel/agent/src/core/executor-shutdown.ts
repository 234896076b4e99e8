/**
 * Ending things from above: one executor, all of a framework's, all there are.
 *
 * An executor is asked first and killed when its grace period is over.
 */

import { asId, type ContainerId, type ExecutorId, type FrameworkId } from "@tavola/base";
import { formatDuration } from "@tavola/host";
import { internal } from "@tavola/protocol";
import { shutdownGraceMs } from "./executor-environment.ts";
import { removeExecutorIfDone } from "./executor-removal.ts";
import { describeExecutor, moveExecutor } from "./executors.ts";
import { removeFrameworkIfIdle } from "./frameworks.ts";
import type { Executor, Framework } from "./state.ts";
import type { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

/** It must be registering or running. */
export function shutDownExecutor(turn: Turn, executor: Executor): void {
  const { containerId } = executor;
  turn.info(describeExecutor(executor), "shutting down executor");
  moveExecutor(executor, "terminating");
  turn.sendEvent(containerId, { type: "SHUTDOWN" });
  const graceMs = shutdownGraceMs(executor.info) ?? turn.state.config.executorShutdownGraceMs;
  turn.state.deadlines.set(`shutdown/${containerId}`, turn.later(graceMs), {
    kind: "executorShutdownTimeout",
    containerId,
  });
}

export function executorShutdownTimedOut(turn: Turn, containerId: ContainerId): void {
  const executor = turn.state.executorsByContainer.get(containerId);
  if (executor?.phase !== "terminating") return;
  turn.info(describeExecutor(executor), "killing executor: its grace period is over");
  turn.add({ kind: "destroyContainer", containerId });
}

export function executorRegistrationTimedOut(turn: Turn, containerId: ContainerId): void {
  const executor = turn.state.executorsByContainer.get(containerId);
  if (executor?.phase !== "registering" || executor.framework.phase === "terminating") return;
  const within = formatDuration(turn.state.config.executorRegistrationTimeoutMs);
  turn.warn(describeExecutor(executor), `killing executor: it did not register within ${within}`);
  executor.pendingTermination ??= {
    state: "TASK_FAILED",
    reason: "REASON_EXECUTOR_REGISTRATION_TIMEOUT",
    message: `Executor did not register within ${within}`,
  };
  moveExecutor(executor, "terminating");
  turn.add({ kind: "destroyContainer", containerId });
}

/** From the master, at a scheduler's wish. */
export function shutdownExecutorAsked(
  turn: Turn,
  { framework_id, executor_id }: internal.ShutdownExecutorMessage,
): void {
  const { state } = turn;
  const fields = { executor: executor_id?.value, framework: framework_id?.value };
  if (state.phase === "recovering" || state.phase === "disconnected") {
    turn.warn(fields, "ignoring shutdown of an executor: the agent is not registered");
    return;
  }
  const framework = state.frameworks.get(asId<FrameworkId>(framework_id?.value ?? ""));
  const executor = framework?.executors.get(asId<ExecutorId>(executor_id?.value ?? ""));
  if (executor === undefined || framework?.phase === "terminating") {
    turn.warn(fields, "ignoring shutdown of an unknown executor");
    return;
  }
  if (executor.phase === "terminating" || executor.phase === "terminated") return;
  shutDownExecutor(turn, executor);
}

export function shutdownFrameworkAsked(
  turn: Turn,
  { framework_id }: internal.ShutdownFrameworkMessage,
): void {
  const { state } = turn;
  if (state.phase === "recovering" || state.phase === "disconnected") {
    turn.warn(
      { framework: framework_id.value },
      "ignoring shutdown of a framework: not registered",
    );
    return;
  }
  const frameworkId = asId<FrameworkId>(framework_id.value);
  const framework = state.frameworks.get(frameworkId);
  if (framework?.phase === "running") shutDownFramework(turn, framework);
  // Nothing of it runs here; what is still to be delivered nobody waits for.
  else performStreamActions(turn, state.updates.frameworkRemoved(frameworkId));
}

function shutDownFramework(turn: Turn, framework: Framework): void {
  turn.info({ framework: framework.id }, "shutting down framework");
  framework.phase = "terminating";
  for (const executor of [...framework.executors.values()]) {
    if (executor.phase === "registering" || executor.phase === "running") {
      shutDownExecutor(turn, executor);
    } else {
      removeExecutorIfDone(turn, executor);
    }
  }
  removeFrameworkIfIdle(turn, framework);
}

/** `--recover=cleanup`: what was recovered is ended, then the agent; no master hears of it. */
export function shutDownForCleanup(turn: Turn): void {
  const { state } = turn;
  state.phase = "terminating";
  for (const framework of [...state.frameworks.values()]) shutDownFramework(turn, framework);
  if (state.frameworks.size === 0 && !turn.effects.some(({ kind }) => kind === "exit")) {
    turn.add({ kind: "exit", code: 0, reason: "there was nothing to clean up" });
  }
}

/** Everything goes, then the agent. `isOurs`: an operator's wish, which the master has to be told. */
export function shutDownAgent(turn: Turn, reason: string, isOurs: boolean): void {
  const { state } = turn;
  if (state.phase === "terminating") return;
  turn.info({ reason }, isOurs ? "unregistering and shutting down" : "told to shut down");
  if (isOurs && state.id !== undefined) {
    turn.sendToMaster(internal.UnregisterSlaveMessage, { slave_id: { value: state.id } });
  }
  state.phase = "terminating";
  state.deadlines.cancel("register");
  state.deadlines.cancel("ping");
  state.updates.pause();
  if (state.frameworks.size === 0) {
    turn.add({ kind: "exit", code: 0, reason: "no framework is here" });
    return;
  }
  for (const framework of [...state.frameworks.values()]) {
    if (framework.phase === "running") shutDownFramework(turn, framework);
  }
}
