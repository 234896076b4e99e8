/**
 * Makes the messages that say how a task is: Task, TaskStatus, StatusUpdate.
 */

import {
  type AgentId,
  epochSecondsOf,
  type FrameworkId,
  type Instant,
  type Random,
  randomInt,
} from "@tavola/base";
import type {
  ExecutorID,
  internal,
  Task,
  TaskInfo,
  TaskResourceLimitation,
  TaskState,
  TaskStatus,
  TaskStatus_Reason,
} from "@tavola/protocol";

/** What is remembered of a task, in `state` and without statuses. */
export function taskOf(info: TaskInfo, state: TaskState, frameworkId: FrameworkId): Task {
  const task: Task = {
    name: info.name,
    task_id: info.task_id,
    framework_id: { value: frameworkId },
    agent_id: info.agent_id,
    state,
  };
  if (info.executor !== undefined) task.executor_id = info.executor.executor_id;
  if (info.resources !== undefined) task.resources = info.resources;
  if (info.limits !== undefined) task.limits = info.limits;
  if (info.labels !== undefined) task.labels = info.labels;
  if (info.discovery !== undefined) task.discovery = info.discovery;
  if (info.container !== undefined) task.container = info.container;
  if (info.health_check !== undefined) task.health_check = info.health_check;
  if (info.kill_policy !== undefined) task.kill_policy = info.kill_policy;
  const user = info.command?.user ?? info.executor?.command?.user;
  if (user !== undefined) task.user = user;
  return task;
}

export interface AgentUpdate {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly taskId: string;
  readonly state: TaskState;
  readonly reason: TaskStatus_Reason;
  readonly message: string;
  readonly executorId?: string | undefined;
  readonly limitation?: TaskResourceLimitation | undefined;
}

/** An update that the agent makes itself. */
export function agentUpdateOf(
  { frameworkId, agentId, taskId, state, reason, message, executorId, limitation }: AgentUpdate,
  now: Instant,
  random: Random,
): internal.StatusUpdate {
  const uuid = randomUuidBytes(random);
  const timestamp = epochSecondsOf(now);
  const status: TaskStatus = {
    task_id: { value: taskId },
    state,
    message,
    source: "SOURCE_AGENT",
    reason,
    agent_id: { value: agentId },
    timestamp,
    uuid,
  };
  if (limitation !== undefined) status.limitation = limitation;
  const update: internal.StatusUpdate = {
    framework_id: { value: frameworkId },
    slave_id: { value: agentId },
    status,
    timestamp,
    uuid,
  };
  if (executorId !== undefined) {
    const executor: ExecutorID = { value: executorId };
    status.executor_id = executor;
    update.executor_id = executor;
  }
  return update;
}

export interface ExecutorUpdate {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly status: TaskStatus;
}

/** An executor's update: what it left open is filled in, what it must not choose is overwritten. */
export function executorUpdateOf(
  { frameworkId, agentId, status }: ExecutorUpdate,
  now: Instant,
): internal.StatusUpdate {
  const timestamp = status.timestamp ?? epochSecondsOf(now);
  const update: internal.StatusUpdate = {
    framework_id: { value: frameworkId },
    slave_id: { value: agentId },
    status: { ...status, agent_id: { value: agentId }, source: "SOURCE_EXECUTOR" },
    timestamp,
  };
  if (status.uuid !== undefined) update.uuid = status.uuid;
  if (status.executor_id !== undefined) update.executor_id = status.executor_id;
  return update;
}

/** The 16 bytes of a version-4 UUID. */
export function randomUuidBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = randomInt(random, 256);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}
