/**
 * What comes from a framework's scheduler, directly or through the master: a message to one of its
 * executors, and news of the framework itself.
 */

import { asId, type ExecutorId, type FrameworkId } from "@tavola/base";
import type { internal } from "@tavola/protocol";
import { updateFrameworkInfo } from "./frameworks.ts";
import type { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

/** At most once: lost unless the executor is running right now. */
export function schedulerMessaged(turn: Turn, message: internal.FrameworkToExecutorMessage): void {
  const { state } = turn;
  const framework = state.frameworks.get(asId<FrameworkId>(message.framework_id.value));
  const executor = framework?.executors.get(asId<ExecutorId>(message.executor_id.value));
  const isDeliverable =
    state.phase === "running" &&
    framework?.phase === "running" &&
    executor?.phase === "running" &&
    executor.isConnected;
  if (!isDeliverable) {
    turn.warn(
      { framework: message.framework_id.value, executor: message.executor_id.value },
      "dropping a scheduler's message: its executor is not running",
    );
    state.counters.invalidFrameworkMessages += 1;
    return;
  }
  const { data } = message;
  turn.sendEvent(executor.containerId, { type: "MESSAGE", message: { data } });
  state.counters.validFrameworkMessages += 1;
}

/** A failed over or changed framework; what waits for its acknowledgement is sent again at once. */
export function frameworkUpdated(turn: Turn, message: internal.UpdateFrameworkMessage): void {
  const { state } = turn;
  if (state.phase !== "running") return;
  const framework = state.frameworks.get(asId<FrameworkId>(message.framework_id.value));
  if (framework?.phase !== "running") return;
  turn.info({ framework: framework.id }, "updating framework");
  updateFrameworkInfo(framework, message.framework_info, message.pid);
  if (framework.info.checkpoint === true) {
    turn.add({ kind: "checkpointFramework", info: framework.info, pid: framework.pid });
  }
  performStreamActions(turn, state.updates.frameworkReturned(framework.id, turn.now));
}
