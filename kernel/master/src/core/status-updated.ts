/**
 * An agent reports what became of a task; the framework hears of it, and the books follow.
 */

import { type AgentId, asId, type FrameworkId, type TaskId } from "@tavola/base";
import { internal, type TaskStatus } from "@tavola/protocol";
import { settleExecutor } from "./executors-awaited.ts";
import { isConnected } from "./framework-info.ts";
import { killShownTask } from "./kills-repeated.ts";
import { unknownTaskShown } from "./report-asked.ts";
import type { Agent } from "./state.ts";
import { updateTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

/** PERF: O(1); two to three per task's life, 6k per second. */
export function statusUpdated(
  turn: Turn,
  from: string,
  { update }: internal.StatusUpdateMessage,
): void {
  turn.count("master/messages_status_update");
  const agent = turn.state.agents.get(asId<AgentId>(update.slave_id?.value ?? ""));
  // Differs: Mesos does not ask who sends; an update of another agent's task is dropped here.
  if (agent?.pid !== from || update.uuid?.length !== 16 || claimsToBeAway(update)) {
    turn.count("master/invalid_status_updates");
    return;
  }
  const frameworkId = asId<FrameworkId>(update.framework_id.value);
  const framework = turn.state.frameworks.get(frameworkId);
  if (turn.state.completedFrameworks.has(frameworkId)) {
    tellItIsOver(turn, agent, frameworkId);
    return;
  }
  const isHeard = framework !== undefined && isConnected(framework);
  if (isHeard) {
    turn.sendEvent(framework, { type: "UPDATE", update: { status: statusFor(update) } });
  }
  const task = agent.tasksByFramework
    .get(frameworkId)
    ?.get(asId<TaskId>(update.status.task_id.value));
  if (task === undefined) {
    const state = update.latest_state ?? update.status.state;
    const taskId = asId<TaskId>(update.status.task_id.value);
    unknownTaskShown(turn, agent, { frameworkId, taskId, state });
    turn.count("master/invalid_status_updates");
    return;
  }
  updateTask(turn, task, {
    status: update.status,
    uuid: update.uuid,
    ...(update.latest_state !== undefined && { latest: update.latest_state }),
  });
  settleExecutor(turn, agent, task, update.status);
  killShownTask(turn, agent, task);
  turn.count(isHeard ? "master/valid_status_updates" : "master/invalid_status_updates");
}

/** The agent has not heard it, and would repeat the update for ever. Differs: Mesos lets it. */
function tellItIsOver(turn: Turn, agent: Agent, frameworkId: FrameworkId): void {
  turn.sendToAgent(agent, internal.ShutdownFrameworkMessage, {
    framework_id: { value: frameworkId },
  });
  turn.count("master/invalid_status_updates");
}

/** Only a master may say so; from an executor it would free what is still in use. */
function claimsToBeAway({ status, latest_state: latest }: internal.StatusUpdate): boolean {
  return [status.state, latest].some(
    (state) => state === "TASK_UNREACHABLE" || state === "TASK_UNKNOWN",
  );
}

/** The status as frameworks see it: what the update says around it is in it. */
function statusFor(update: internal.StatusUpdate): TaskStatus {
  const { status } = update;
  const isComplete =
    status.agent_id?.value === update.slave_id?.value &&
    status.executor_id?.value === update.executor_id?.value &&
    status.timestamp === update.timestamp &&
    status.uuid !== undefined;
  if (isComplete) return status;
  return {
    ...status,
    ...(update.slave_id && { agent_id: update.slave_id }),
    ...(update.executor_id && { executor_id: update.executor_id }),
    timestamp: update.timestamp,
    ...(update.uuid && { uuid: update.uuid }),
  };
}
