/**
 * The state of the cluster in numbers, as `GET /state` gives it.
 *
 * PERF: O(requests + tasks + agents), some 10 ms at 10,000 requests and 50,000 tasks; so it is counted
 * at most once a second, and whoever asks in between is given what was counted.
 */

import { given } from "../core/given.ts";
import type { HostState, ScheduledTasksInfo, State } from "../core/model/answers.ts";
import type { MachineState } from "../core/model/enums.ts";
import type { MachineStateHistoryUpdate } from "../core/model/machine.ts";
import type { RequestWithState } from "../core/model/request.ts";
import type { PendingTaskId } from "../core/model/task.ts";
import { instancesOf, isLongRunning } from "../core/requests/long-running.ts";
import type { SchedulerConfig } from "../core/scheduler-config.ts";
import { type SchedulerState, settingOf } from "../core/state.ts";
import { dueAt } from "../core/tasks/due-plans.ts";

export interface Counting {
  readonly state: SchedulerState;
  readonly config: SchedulerConfig;
  readonly now: number;
}

export function countState(counting: Counting, hostStates: readonly HostState[]): State {
  const { state, now } = counting;
  const late = scheduledTasksInfo(counting);
  const provisioning = countProvisioning(state);
  const freeze = settingOf(state, "priorityFreeze");
  return {
    ...countRequests(state),
    ...countTasks(state),
    ...countMachines(state),
    ...countDeploys(state, now),
    scheduledTasks: state.records.pendingTask.size,
    pendingRequests: 0,
    lbCleanupTasks: 0,
    lbCleanupRequests: 0,
    cleaningRequests: state.records.requestCleanup.size,
    lateTasks: late.lateTasks.length,
    listLateTasks: late.lateTasks,
    onDemandLateTasks: late.onDemandLateTasks.length,
    onDemandListLateTasks: late.onDemandLateTasks,
    futureTasks: late.numFutureTasks,
    maxTaskLag: late.maxTaskLag,
    ...provisioning,
    overProvisionedRequests: provisioning.overProvisionedRequestIds.length,
    underProvisionedRequests: provisioning.underProvisionedRequestIds.length,
    hostStates,
    generatedAt: Math.floor(now),
    authDatastoreHealthy: true,
    avgStatusUpdateDelayMs: Math.round(state.link.averageUpdateDelayMs),
    lastHeartbeatAt: Math.floor(state.link.lastHeartbeatAt ?? 0),
    ...given({
      minimumPriorityLevel: freeze?.priorityFreeze.minimumPriorityLevel,
      fireAlarm: settingOf(state, "fireAlarm"),
    }),
  };
}

/** Tasks that should have been started by now, and those whose time is to come. */
export function scheduledTasksInfo({ state, config, now }: Counting): ScheduledTasksInfo {
  const lateTasks: PendingTaskId[] = [];
  const onDemandLateTasks: PendingTaskId[] = [];
  let maxTaskLag = 0;
  for (const pending of state.records.pendingTask.values()) {
    const lag = now - dueAt(state, pending);
    if (lag <= config.deltaAfterWhichTasksAreLateMs) continue;
    const { pendingTaskId } = pending;
    const request = state.records.request.get(pendingTaskId.requestId)?.request;
    if (request?.requestType === "ON_DEMAND") {
      const running = state.tasksOf.get(request.id)?.size ?? 0;
      // Waiting for one of its own runs to end is not being late.
      if (running >= (request.instances ?? Number.POSITIVE_INFINITY)) continue;
      onDemandLateTasks.push(pendingTaskId);
    } else lateTasks.push(pendingTaskId);
    maxTaskLag = Math.max(maxTaskLag, Math.floor(lag));
  }
  return {
    lateTasks,
    onDemandLateTasks,
    numFutureTasks: state.records.pendingTask.size - lateTasks.length - onDemandLateTasks.length,
    maxTaskLag,
    timestamp: Math.floor(now),
  };
}

function countRequests(state: SchedulerState) {
  const counts = { activeRequests: 0, finishedRequests: 0, pausedRequests: 0, cooldownRequests: 0 };
  for (const { state: is } of state.records.request.values()) {
    if (is === "FINISHED") counts.finishedRequests += 1;
    else if (is === "PAUSED") counts.pausedRequests += 1;
    else if (is === "SYSTEM_COOLDOWN") counts.cooldownRequests += 1;
    else if (is !== "DELETED") counts.activeRequests += 1;
  }
  const { activeRequests, finishedRequests, pausedRequests, cooldownRequests } = counts;
  return {
    ...counts,
    allRequests: activeRequests + finishedRequests + pausedRequests + cooldownRequests,
  };
}

function countTasks(state: SchedulerState) {
  const counts = { activeTasks: 0, launchingTasks: 0, cleaningTasks: 0 };
  for (const { state: is, cleanup } of state.records.task.values()) {
    if (is === "TASK_LAUNCHED") counts.launchingTasks += 1;
    else counts.activeTasks += 1;
    if (cleanup !== undefined) counts.cleaningTasks += 1;
  }
  return counts;
}

function countMachines(state: SchedulerState) {
  const agents = countByState(state.records.agent.values());
  const racks = countByState(state.records.rack.values());
  return {
    activeAgents: agents.active,
    deadAgents: agents.dead,
    decommissioningAgents: agents.decommissioning,
    unknownAgents: agents.unknown,
    activeRacks: racks.active,
    deadRacks: racks.dead,
    decommissioningRacks: racks.decommissioning,
    unknownRacks: racks.unknown,
  };
}

type MachineGroup = "active" | "dead" | "decommissioning" | "unknown";

const machineGroups: Readonly<Record<MachineState, MachineGroup>> = {
  ACTIVE: "active",
  DEAD: "dead",
  STARTING_DECOMMISSION: "decommissioning",
  DECOMMISSIONING: "decommissioning",
  DECOMMISSIONED: "decommissioning",
  MISSING_ON_STARTUP: "unknown",
  FROZEN: "unknown",
};

function countByState(
  machines: Iterable<{ readonly currentState: MachineStateHistoryUpdate }>,
): Record<MachineGroup, number> {
  const counts = { active: 0, dead: 0, decommissioning: 0, unknown: 0 };
  for (const { currentState } of machines) counts[machineGroups[currentState.state]] += 1;
  return counts;
}

function countDeploys(state: SchedulerState, now: number) {
  const pending = [...state.records.requestDeploys.values()].flatMap((each) => each.pending ?? []);
  const ages = pending.map(({ deployMarker }) => now - deployMarker.timestamp);
  const stepAges = pending
    .filter(({ deployProgress }) => deployProgress.stepLaunchComplete !== true)
    .map(({ deployProgress }) => now - deployProgress.timestamp);
  return {
    numDeploys: pending.length,
    oldestDeploy: Math.floor(Math.max(0, ...ages)),
    oldestDeployStep: Math.floor(Math.max(0, ...stepAges)),
    activeDeploys: pending.map(({ deployMarker }) => deployMarker),
  };
}

/** Long-running requests with more, or fewer, tasks than they want, that nothing is being done about. */
export function countProvisioning(state: SchedulerState) {
  const overProvisionedRequestIds: string[] = [];
  const underProvisionedRequestIds: string[] = [];
  for (const known of state.records.request.values()) {
    const missing = missingOf(state, known);
    if (missing < 0) overProvisionedRequestIds.push(known.request.id);
    else if (missing > 0) underProvisionedRequestIds.push(known.request.id);
  }
  return { overProvisionedRequestIds, underProvisionedRequestIds };
}

/** Negative: so many too many. */
function missingOf(state: SchedulerState, { request, state: is }: RequestWithState): number {
  if (is !== "ACTIVE" || !isLongRunning(request)) return 0;
  const deploys = state.records.requestDeploys.get(request.id);
  if (deploys?.active === undefined || deploys.pending !== undefined) return 0;
  let running = 0;
  for (const { cleanup } of state.tasksOf.get(request.id)?.values() ?? []) {
    if (cleanup === undefined) running += 1;
  }
  return instancesOf(request) - running;
}
