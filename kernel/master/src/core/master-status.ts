/**
 * Statuses that the master makes itself, and how any status reaches its framework.
 *
 * What the master makes carries no uuid: it needs no acknowledgement and is told once.
 */

import type { AgentId, ExecutorId, Instant, TaskId } from "@tavola/base";
import type { TaskState, TaskStatus, TaskStatus_Reason, TimeInfo } from "@tavola/protocol";
import type { Framework, Task } from "./state.ts";
import type { Turn } from "./turn.ts";

export interface MasterStatus {
  readonly taskId: TaskId | string;
  readonly agentId?: AgentId | string | undefined;
  readonly state: TaskState;
  readonly reason: TaskStatus_Reason;
  readonly message: string;
  readonly unreachableSince?: Instant;
}

export function masterStatus(turn: Turn, about: MasterStatus): TaskStatus {
  return {
    task_id: { value: about.taskId },
    state: about.state,
    message: about.message,
    ...(about.agentId !== undefined && { agent_id: { value: about.agentId } }),
    timestamp: turn.nowSeconds,
    source: "SOURCE_MASTER",
    reason: about.reason,
    ...(about.unreachableSince !== undefined && {
      unreachable_time: timeInfoOf(about.unreachableSince),
    }),
  };
}

/** What the last status of a task says of its health, checks and container; repeated in answers. */
export function lastObservations(task: Task): Partial<TaskStatus> {
  const last = task.message.statuses.at(-1);
  return {
    ...(last?.healthy !== undefined && { healthy: last.healthy }),
    ...(last?.check_status && { check_status: last.check_status }),
    ...(last?.container_status && { container_status: last.container_status }),
  };
}

/**
 * UPDATE to the framework, with the executor's id where one is known. Nothing is sent while the
 * framework is not connected: what has a uuid is repeated by the agent, the rest is lost, as in Mesos.
 */
export function forwardStatus(
  turn: Turn,
  framework: Framework,
  status: TaskStatus,
  executorId?: ExecutorId | undefined,
): void {
  const complete =
    executorId === undefined || status.executor_id?.value === executorId
      ? status
      : { ...status, executor_id: { value: executorId } };
  turn.sendEvent(framework, { type: "UPDATE", update: { status: complete } });
}

export function timeInfoOf(at: Instant): TimeInfo {
  return { nanoseconds: BigInt(Math.round(at * 1000)) * 1000n };
}
