/**
 * Why is it not running? All that keeps a request's tasks from running, for whoever asks.
 *
 * Reads the state as it stands and tries the offers at hand anew, changing nothing; where there are no
 * offers, the report of the last try is given.
 */

import type { DisabledActionType, RequestState } from "../model/enums.ts";
import type { PendingTask, PendingTaskId } from "../model/task.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { dueAt } from "../tasks/due-plans.ts";
import { type LaunchObstacle, launchableOf } from "./launch-obstacle.ts";
import { makeReport } from "./make-report.ts";
import { demandKeyOf, demandOf } from "./placement-demand.ts";
import type { PlacementReport } from "./placement-report.ts";
import { requestReasons } from "./request-reasons.ts";

/** Pending tasks that are explained one by one, at most. */
const tasksExplainedMax = 20;

export interface WaitingReason {
  /** One word for programs, such as PAUSED, COOLDOWN, DEPLOY_FAILED, WAITS_FOR_TIME, NO_OFFERS, NO_AGENT_SUITS. */
  readonly kind: string;
  /** One sentence for people. */
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly until?: number;
  readonly since?: number;
}

export interface PendingTaskExplanation {
  readonly pendingTaskId: PendingTaskId;
  readonly dueAt: number;
  readonly reason?: WaitingReason;
  readonly report?: PlacementReport;
}

export interface RequestExplanation {
  readonly requestId: string;
  readonly state: RequestState;
  /** The first reason, or that all is well: one sentence. */
  readonly summary: string;
  readonly instancesWanted?: number;
  readonly tasksActive: number;
  readonly tasksPending: number;
  readonly reasons: readonly WaitingReason[];
  /** The first few. */
  readonly pendingTasks: readonly PendingTaskExplanation[];
  readonly disabledActions: readonly DisabledActionType[];
  readonly agentsOffered: number;
  readonly lastOfferAt?: number;
  readonly explainedAt: number;
}

/** Undefined: there is no such request. PERF: O(agents) for each demand that waits, 20 at most. */
export function explainRequest(
  state: SchedulerState,
  config: SchedulerConfig,
  requestId: string,
  now: number,
): RequestExplanation | undefined {
  const known = state.records.request.get(requestId);
  if (known === undefined) return undefined;
  const pendingTasks = explainPending(state, config, requestId, now);
  const ofTasks = pendingTasks.flatMap(({ reason }) => reason ?? []);
  const { before, after } = requestReasons(state, requestId, now);
  const reasons = distinct([...before, ...ofTasks, ...after]);
  const { instances } = known.request;
  const { lastOfferAt } = state.link;
  const tasksActive = state.tasksOf.get(requestId)?.size ?? 0;
  const tasksPending = state.pendingOf.get(requestId)?.size ?? 0;
  return {
    requestId,
    state: known.state,
    summary: reasons[0]?.message ?? whenWell(tasksActive, tasksPending),
    ...(instances === undefined ? {} : { instancesWanted: instances }),
    tasksActive,
    tasksPending,
    reasons,
    pendingTasks,
    disabledActions: [...state.records.disabledAction.values()].map(({ type }) => type),
    agentsOffered: state.offers.agentCount,
    ...(lastOfferAt === undefined ? {} : { lastOfferAt }),
    explainedAt: now,
  };
}

function whenWell(active: number, pending: number): string {
  if (pending > 0) return `${pending} of its tasks ${pending === 1 ? "is" : "are"} being placed`;
  return active === 0 ? "nothing of it is to run now" : `nothing waits; ${active} active`;
}

function explainPending(
  state: SchedulerState,
  config: SchedulerConfig,
  requestId: string,
  now: number,
): PendingTaskExplanation[] {
  const all = [...(state.pendingOf.get(requestId)?.values() ?? [])];
  all.sort((a, b) => dueAt(state, a) - dueAt(state, b));
  const reports = new Map<string, PlacementReport | undefined>();
  return all.slice(0, tasksExplainedMax).map((pending) => {
    const { pendingTaskId } = pending;
    const at = dueAt(state, pending);
    const isDue = at <= now;
    const obstacle = isDue
      ? obstacleOf(state, config, pending)
      : waitsForTime(at + state.wallOffsetMs);
    if (obstacle !== undefined) return { pendingTaskId, dueAt: at, reason: obstacle };
    const report = reportFor(state, config, pending, now, reports);
    if (report === undefined) return { pendingTaskId, dueAt: at };
    const kind = report.agentsLookedAt === 0 ? "NO_OFFERS" : "NO_AGENT_SUITS";
    const reason: WaitingReason = { kind, message: report.summary, since: at };
    return { pendingTaskId, dueAt: at, reason, report };
  });
}

/** Made anew with the offers at hand; pending tasks that ask the same share it. */
function reportFor(
  state: SchedulerState,
  config: SchedulerConfig,
  pending: PendingTask,
  now: number,
  reports: Map<string, PlacementReport | undefined>,
): PlacementReport | undefined {
  const key = demandKeyOf(pending);
  if (reports.has(key)) return reports.get(key);
  const launchable = launchableOf(state, config, pending);
  if ("obstacle" in launchable) return undefined;
  const last = state.reports.get(pending.pendingTaskId.id);
  const isTryable = state.offers.size > 0 || last === undefined;
  const demand = demandOf(state, config, launchable, pending);
  const report = isTryable ? makeReport(state, config, demand, now) : last;
  reports.set(key, report);
  return report;
}

/** `at` by the wall clock, as people know it. */
function waitsForTime(at: number): WaitingReason {
  return { kind: "WAITS_FOR_TIME", message: "waits for its time to come", until: at };
}

function obstacleOf(
  state: SchedulerState,
  config: SchedulerConfig,
  pending: PendingTask,
): WaitingReason | undefined {
  const launchable = launchableOf(state, config, pending);
  return "obstacle" in launchable ? obstacleWords(launchable.obstacle) : undefined;
}

function obstacleWords(obstacle: LaunchObstacle): WaitingReason {
  switch (obstacle.kind) {
    case "noRequest":
      return { kind: "NO_REQUEST", message: "its request is gone" };
    case "noDeploy":
      return { kind: "NO_DEPLOY", message: "its deploy is gone" };
    case "requestState":
      return { kind: obstacle.state, message: `the request is ${obstacle.state}` };
    case "priorityFreeze":
      return {
        kind: "PRIORITY_FREEZE",
        message: `its priority ${obstacle.level} is below ${obstacle.minimum}, under which nothing is started now (priority freeze)`,
      };
    case "instanceCap":
      return {
        kind: "INSTANCE_CAP",
        message: `${obstacle.running} of at most ${obstacle.cap} are running`,
      };
    case "stillRunning":
      return { kind: "STILL_RUNNING", message: "the run before it has not ended" };
  }
}

/** One of a kind, the first; but everything that agents are refused for. */
function distinct(reasons: readonly WaitingReason[]): WaitingReason[] {
  const seen = new Map<string, WaitingReason>();
  for (const reason of reasons) {
    const key = reason.kind === "NO_AGENT_SUITS" ? reason.message : reason.kind;
    if (!seen.has(key)) seen.set(key, reason);
  }
  return [...seen.values()];
}
