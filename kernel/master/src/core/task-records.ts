/**
 * The books about tasks: one comes, changes state, goes. Every index and sum changes here and only here.
 *
 * A terminal task stays in `tasks` until its terminal update is acknowledged; what it used is given
 * back at the moment it turns terminal (or unreachable).
 */

import {
  type AgentId,
  asId,
  type ExecutorId,
  type FrameworkId,
  invariant,
  type TaskId,
} from "@tavola/base";
import {
  isTerminal,
  type TaskInfo,
  type Task as TaskMessage,
  type TaskState,
  type TaskStatus,
  type TaskStatus_Reason,
} from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { limits } from "./limits.ts";
import { sameBytes } from "./same-bytes.ts";
import type { Agent, Framework, MutableTaskMessage, Task } from "./state.ts";
import type { Turn } from "./turn.ts";
import {
  addUsedByFramework,
  addUsedOnAgent,
  subtractUsedByFramework,
  subtractUsedOnAgent,
} from "./used-resources.ts";

const none: readonly never[] = [];

/** The record of a task that is being launched. `info` has its resources allocated. */
export function taskOfInfo(info: TaskInfo, frameworkId: FrameworkId, resources: Resources): Task {
  const user = info.command?.user ?? info.executor?.command?.user;
  return taskOfMessage(
    {
      name: info.name,
      task_id: info.task_id,
      framework_id: { value: frameworkId },
      ...(info.executor && { executor_id: info.executor.executor_id }),
      agent_id: info.agent_id,
      state: "TASK_STAGING",
      resources: info.resources ?? [],
      statuses: [],
      ...(info.labels && { labels: info.labels }),
      ...(info.discovery && { discovery: info.discovery }),
      ...(info.container && { container: info.container }),
      ...(user !== undefined && { user }),
      ...(info.health_check && { health_check: info.health_check }),
      ...(info.kill_policy && { kill_policy: info.kill_policy }),
      ...(info.limits && { limits: info.limits }),
    },
    resources,
  );
}

/** The record of a task that an agent reports. */
export function taskOfMessage(message: TaskMessage, resources: Resources): Task {
  return recordOf({ ...message, statuses: message.statuses ?? [] }, resources);
}

/** The same where the agent may have said nothing of roles; `resources` are allocated. */
export function taskOfReport(message: TaskMessage, resources: Resources): Task {
  const statuses = message.statuses ?? [];
  return recordOf({ ...message, resources: resources.toList(), statuses }, resources);
}

function recordOf(message: MutableTaskMessage, resources: Resources): Task {
  const executorId = message.executor_id?.value;
  return {
    id: asId<TaskId>(message.task_id.value),
    frameworkId: asId<FrameworkId>(message.framework_id.value),
    agentId: asId<AgentId>(message.agent_id.value),
    executorId: executorId === undefined ? undefined : asId<ExecutorId>(executorId),
    message,
    resources,
    role: resources.allocationRoles()[0] ?? "*",
    usesResources: false,
    earlierUpdates: none,
    unreachableAt: undefined,
    kill: undefined,
  };
}

/** Both sides know it from now on. `framework` may be unknown yet when an agent brings the task. */
export function addTask(
  turn: Turn,
  task: Task,
  agent: Agent,
  framework: Framework | undefined,
): void {
  addTasks(turn, [task], agent, framework);
}

/** Some of one framework, as an agent brings them. PERF: the sums are changed once for all of them. */
export function addTasks(
  turn: Turn,
  tasks: readonly Task[],
  agent: Agent,
  framework: Framework | undefined,
): void {
  const [first] = tasks;
  if (first === undefined) return;
  const { frameworkId } = first;
  let ofAgent = agent.tasksByFramework.get(frameworkId);
  if (ofAgent === undefined) {
    ofAgent = new Map();
    agent.tasksByFramework.set(frameworkId, ofAgent);
  }
  for (const task of tasks) {
    if (ofAgent.has(task.id)) invariant(false, `task ${task.id} is on agent ${agent.id} already`);
    ofAgent.set(task.id, task);
    task.usesResources = !isTerminal(task.message.state);
  }
  const using = tasks.filter((task) => task.usesResources);
  const used = Resources.sum(using.map((task) => task.resources));
  if (!used.isEmpty) addUsedOnAgent(agent, frameworkId, used);
  if (framework === undefined) return;
  for (const task of tasks) addTaskToFramework(turn, task, framework);
  if (!used.isEmpty) addUsedByFramework(turn.state, framework, agent.id, used);
}

/** The framework's side, but for what it uses. */
function addTaskToFramework(turn: Turn, task: Task, framework: Framework): void {
  const { tasks, id } = framework;
  if (tasks.has(task.id)) invariant(false, `task ${task.id} of ${id} is there already`);
  tasks.set(task.id, task);
  countTask(turn, framework, task.message.state, 1);
  turn.publish({ type: "TASK_ADDED", task });
}

/** Of an update: `latest` is the newest state that the agent knows, which may be ahead of the update's. */
export interface TaskChange {
  readonly status: TaskStatus;
  readonly latest?: TaskState;
  /** The update wants an acknowledgement: it is remembered as the last one passed on. */
  readonly uuid?: Uint8Array;
}

/** Takes note of an update; gives back what the task used when it is over. PERF: O(1); 6k per second. */
export function updateTask(turn: Turn, task: Task, change: TaskChange): void {
  const { status } = change;
  const { message } = task;
  const isOld = isRepeated(task, change);
  const framework = turn.state.frameworks.get(task.frameworkId);
  const before = message.state;
  const after = nextState(before, change, isOld);
  message.state = after;
  if (change.uuid !== undefined && !isOld && !isOutdated(message, status)) {
    rememberPassedOn(task);
    message.status_update_state = status.state;
    message.status_update_uuid = change.uuid;
  }
  if (framework !== undefined && after !== before) {
    countTask(turn, framework, before, -1);
    countTask(turn, framework, after, 1);
    if (isTerminal(after)) framework.counters.increment(`tasks/terminal/${after.toLowerCase()}`);
  }
  if (!isOld && rememberStatus(message, status)) {
    turn.publish({ type: "TASK_UPDATED", frameworkId: task.frameworkId, status, state: after });
  }
  if (task.usesResources && (isTerminal(after) || after === "TASK_UNREACHABLE")) {
    releaseTask(turn, task, framework);
    countEnd(turn, status);
  }
}

/** An end is final. What else an old update says was so when it was sent. */
function nextState(before: TaskState, { status, latest }: TaskChange, isOld: boolean): TaskState {
  if (isTerminal(before)) return before;
  const told = latest ?? status.state;
  return isOld && !isTerminal(told) ? before : told;
}

/**
 * It came before, and something came after it. An agent sends a task's next update when the last one is
 * acknowledged; but a copy of that may be on its way over another connection, or come from an agent that
 * has forgotten the acknowledgement.
 * Differs: in Mesos the task falls back to the earlier state, for as long as nothing new is told of it.
 */
function isRepeated({ earlierUpdates }: Task, { uuid }: TaskChange): boolean {
  return uuid !== undefined && earlierUpdates.some((earlier) => sameBytes(earlier, uuid));
}

function rememberPassedOn(task: Task): void {
  const { status_update_uuid: last } = task.message;
  if (last === undefined) return;
  const kept = task.earlierUpdates.slice(1 - limits.earlierUpdatesPerTaskMax);
  task.earlierUpdates = [...kept.filter((earlier) => !sameBytes(earlier, last)), last];
}

/** Updates of a task come in order, but for those that were repeated over another connection. */
function isOutdated(
  { status_update_state: last }: MutableTaskMessage,
  status: TaskStatus,
): boolean {
  return last !== undefined && isTerminal(last) && !isTerminal(status.state);
}

/** Keeps the newest status of each run of equal states. True when subscribers should be told. */
function rememberStatus(message: MutableTaskMessage, status: TaskStatus): boolean {
  const kept = dataless(status);
  const last = message.statuses.at(-1);
  if (last === undefined || last.state !== status.state) {
    message.statuses = [...message.statuses, kept];
    return true;
  }
  message.statuses = [...message.statuses.slice(0, -1), kept];
  return (
    status.reason === "REASON_TASK_CHECK_STATUS_UPDATED" ||
    status.reason === "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"
  );
}

/** Without the framework's own data, which may be large and is nobody else's business. */
function dataless(status: TaskStatus): TaskStatus {
  if (status.data === undefined) return status;
  const { data: _, ...rest } = status;
  return rest;
}

function releaseTask(turn: Turn, task: Task, framework: Framework | undefined): void {
  task.usesResources = false;
  release(turn, task, task.resources, framework);
}

/**
 * Of tasks of one framework on one agent, all at once, before each of them is told to have ended: that
 * counts no end then (`countEnd`). Returns those that used something.
 */
export function releaseTasks(
  turn: Turn,
  tasks: readonly Task[],
  framework: Framework,
): ReadonlySet<Task> {
  const released = tasks.filter((task) => task.usesResources);
  const [first] = released;
  if (first === undefined) return new Set();
  let sum = Resources.empty;
  for (const task of released) {
    task.usesResources = false;
    sum = sum.plus(task.resources);
  }
  release(turn, first, sum, framework);
  return new Set(released);
}

function release(
  turn: Turn,
  { agentId, frameworkId }: Task,
  resources: Resources,
  framework: Framework | undefined,
): void {
  const agent = turn.state.agents.get(agentId);
  if (agent !== undefined) subtractUsedOnAgent(agent, frameworkId, resources);
  if (framework !== undefined) {
    subtractUsedByFramework(turn.state, framework, agentId, resources);
  }
  turn.recover(frameworkId, agentId, resources);
  turn.allocateSoon();
}

/** Out of every index; into the framework's memory of unreachable or completed tasks. */
export function removeTask(
  turn: Turn,
  task: Task,
  agent: Agent,
  into: "completed" | "unreachable",
): void {
  const ofAgent = agent.tasksByFramework.get(task.frameworkId);
  ofAgent?.delete(task.id);
  if (ofAgent?.size === 0) agent.tasksByFramework.delete(task.frameworkId);
  const framework = turn.state.frameworks.get(task.frameworkId);
  // An agent may report a live task whose last update was terminal.
  if (task.usesResources) releaseTask(turn, task, framework);
  if (framework === undefined) return;
  framework.tasks.delete(task.id);
  if (into === "unreachable") {
    task.unreachableAt = turn.now;
    const fallen = framework.unreachableTasks.set(task.id, task);
    if (fallen !== undefined) countTask(turn, framework, fallen.message.state, -1);
  } else {
    completeTask(turn, framework, task);
  }
}

/** Into the memory of completed tasks; it counts as live no longer. */
export function completeTask(turn: Turn, framework: Framework, task: Task): void {
  countTask(turn, framework, task.message.state, -1);
  framework.completedTasks.add(task);
}

/** Out of the memory of unreachable tasks: it came back, or is over for good. */
export function forgetUnreachableTask(turn: Turn, framework: Framework, taskId: TaskId): void {
  const task = framework.unreachableTasks.get(taskId);
  if (task === undefined) return;
  framework.unreachableTasks.delete(taskId);
  countTask(turn, framework, task.message.state, -1);
}

function countTask(turn: Turn, framework: Framework, state: TaskState, by: 1 | -1): void {
  turn.state.tasksByState[state] += by;
  framework.tasksByState[state] += by;
}

const endCounters: Partial<Record<TaskState, string>> = {
  TASK_FINISHED: "master/tasks_finished",
  TASK_FAILED: "master/tasks_failed",
  TASK_KILLED: "master/tasks_killed",
  TASK_LOST: "master/tasks_lost",
  TASK_ERROR: "master/tasks_error",
  TASK_DROPPED: "master/tasks_dropped",
  TASK_GONE: "master/tasks_gone",
  TASK_GONE_BY_OPERATOR: "master/tasks_gone_by_operator",
};

/** Counts the end of a task, also of one that was never launched. */
export function countEnd(turn: Turn, status: TaskStatus): void {
  const name = endCounters[status.state];
  if (name !== undefined) turn.count(name);
  if (status.reason === undefined) return;
  const source = (status.source ?? "SOURCE_MASTER").replace("AGENT", "SLAVE").toLowerCase();
  const prefix = `master/${status.state.toLowerCase()}/${source}`;
  turn.count(`${prefix}/${reasonName(status.reason)}`);
}

/** Metrics keep Mesos's v0 names: `reason_slave_removed`. */
function reasonName(reason: TaskStatus_Reason): string {
  return reason.replace("AGENT", "SLAVE").toLowerCase();
}
