/**
 * Frameworks come with their first task and go with their last executor.
 */

import { BoundedList, type FrameworkId, type Instant, type TaskId } from "@tavola/base";
import type { FrameworkInfo } from "@tavola/protocol";
import type { AgentState, Executor, Framework } from "./state.ts";
import type { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

/** Where an HTTP scheduler "listens", as masters write it. */
const nobodysPids: ReadonlySet<string> = new Set(["", "@0.0.0.0:0"]);

/** The listening address of a native (v0) scheduler; undefined for HTTP ones. */
function schedulerPid(pid: string | undefined): string | undefined {
  return pid === undefined || nobodysPids.has(pid) ? undefined : pid;
}

/** A framework that was here before brings its completed executors along. */
export function addFramework(
  state: AgentState,
  id: FrameworkId,
  info: FrameworkInfo,
  pid: string | undefined,
): Framework {
  const framework: Framework = {
    id,
    info,
    pid: schedulerPid(pid),
    phase: "running",
    isPartitionAware: isPartitionAware(info),
    executors: new Map(),
    completedExecutors: completedExecutorsOf(state, id),
    executorsByTask: new Map(),
  };
  state.frameworks.set(id, framework);
  return framework;
}

function completedExecutorsOf(state: AgentState, id: FrameworkId): BoundedList<Executor> {
  for (const completed of state.completedFrameworks) {
    if (completed.id !== id) continue;
    state.completedFrameworks.delete(completed);
    return completed.completedExecutors;
  }
  return new BoundedList(state.config.completedExecutorsPerFrameworkMax);
}

/** Roles, capabilities, name, scheduler's address: whatever changed. */
export function updateFrameworkInfo(
  framework: Framework,
  info: FrameworkInfo | undefined,
  pid: string | undefined,
): void {
  if (info !== undefined) {
    framework.info = info;
    framework.isPartitionAware = isPartitionAware(info);
  }
  framework.pid = schedulerPid(pid);
}

function isPartitionAware(info: FrameworkInfo): boolean {
  return (info.capabilities ?? []).some(({ type }) => type === "PARTITION_AWARE");
}

/** Whether the task is queued, launched, or ended without its end being acknowledged. */
export function knownTask(state: AgentState, frameworkId: FrameworkId, taskId: string): boolean {
  return state.frameworks.get(frameworkId)?.executorsByTask.has(taskId as TaskId) ?? false;
}

/** The roles that a framework's resources may be allocated to. */
export function rolesOf(info: FrameworkInfo): readonly string[] {
  const isMultiRole = (info.capabilities ?? []).some(({ type }) => type === "MULTI_ROLE");
  return isMultiRole ? (info.roles ?? []) : [info.role ?? "*"];
}

/** Removes a framework that has no executors left; ends the agent when it was waiting for that. */
export function removeFrameworkIfIdle(turn: Turn, framework: Framework): void {
  const { state } = turn;
  if (framework.executors.size > 0 || state.frameworks.get(framework.id) !== framework) return;
  turn.info({ framework: framework.id }, "cleaning up framework");
  // Differs: Mesos stops delivering in any case. Of a framework that lives on, whose tasks here were
  // all refused, the updates that say so must still arrive.
  if (framework.phase === "terminating" || state.phase === "terminating") {
    performStreamActions(turn, state.updates.frameworkRemoved(framework.id));
  }
  state.frameworks.delete(framework.id);
  state.completedFrameworks.add(framework);
  const isCheckpointing = framework.info.checkpoint ?? false;
  turn.add({ kind: "retireFramework", frameworkId: framework.id, isCheckpointing });
  if (state.phase === "terminating" && state.frameworks.size === 0) {
    turn.add({ kind: "exit", code: 0, reason: "every framework is gone" });
  }
}

/**
 * To be called with every task that is said to be unknown here. Nothing is expected of one that has been
 * here: its launch has come.
 */
export function expectLaunch(
  state: AgentState,
  frameworkId: FrameworkId,
  taskId: TaskId,
  now: Instant,
): void {
  const frameworks = [state.frameworks.get(frameworkId), ...state.completedFrameworks];
  if (frameworks.some((each) => each?.id === frameworkId && wasHere(each, taskId))) return;
  state.tasksInTransit.expect(frameworkId, taskId, now);
}

function wasHere(framework: Framework, taskId: TaskId): boolean {
  const executors = [...framework.executors.values(), ...framework.completedExecutors];
  return executors.some((executor) =>
    [...executor.completedTasks].some(({ task_id }) => task_id.value === taskId),
  );
}
