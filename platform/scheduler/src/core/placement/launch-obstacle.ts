/**
 * What keeps a due task from being given a place at all, whatever is offered.
 */

import { requestForDeploy } from "../deploys/which-deploy.ts";
import type { Deploy } from "../model/deploy.ts";
import type { RequestState } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import type { PendingTask } from "../model/task.ts";
import { deployKey } from "../records.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { frozenBelow, priorityLevelOf } from "./task-priority.ts";

export type LaunchObstacle =
  | { readonly kind: "noRequest" | "noDeploy" }
  | { readonly kind: "requestState"; readonly state: RequestState }
  | { readonly kind: "priorityFreeze"; readonly level: number; readonly minimum: number }
  | { readonly kind: "instanceCap"; readonly running: number; readonly cap: number }
  | { readonly kind: "stillRunning"; readonly running: number };

/** What is to be placed, once nothing is in its way. */
export interface Launchable {
  readonly request: Request;
  readonly deploy: Deploy;
}

const runnableStates: ReadonlySet<RequestState> = new Set<RequestState>([
  "ACTIVE",
  "SYSTEM_COOLDOWN",
  "DEPLOYING_TO_UNPAUSE",
]);

/** PERF: O(1); asked for each due task. */
export function launchableOf(
  state: SchedulerState,
  config: SchedulerConfig,
  pending: PendingTask,
): Launchable | { readonly obstacle: LaunchObstacle } {
  const known = state.records.request.get(pending.pendingTaskId.requestId);
  if (known === undefined) return { obstacle: { kind: "noRequest" } };
  if (!runnableStates.has(known.state)) {
    return { obstacle: { kind: "requestState", state: known.state } };
  }
  const subject = subjectOf(state, pending);
  if (subject === undefined) return { obstacle: { kind: "noDeploy" } };
  const { request } = subject;
  const minimum = frozenBelow(state, config, request);
  if (minimum !== undefined) {
    return {
      obstacle: { kind: "priorityFreeze", level: priorityLevelOf(config, request), minimum },
    };
  }
  const obstacle = overlapOf(state, config, request);
  return obstacle === undefined ? subject : { obstacle };
}

/** What the task is of; undefined: its request or deploy is gone. */
export function subjectOf(
  state: SchedulerState,
  { pendingTaskId }: PendingTask,
): Launchable | undefined {
  const { requestId, deployId } = pendingTaskId;
  const deploy = state.records.deploy.get(deployKey(requestId, deployId))?.deploy;
  const request =
    requestForDeploy(state, pendingTaskId) ?? state.records.request.get(requestId)?.request;
  return deploy === undefined || request === undefined ? undefined : { request, deploy };
}

/** Jobs never overlap; on-demand runs only up to their cap. */
function overlapOf(
  state: SchedulerState,
  config: SchedulerConfig,
  request: Request,
): LaunchObstacle | undefined {
  if (request.requestType !== "ON_DEMAND" && request.requestType !== "SCHEDULED") return undefined;
  const running = state.placement.countsOf(request.id).active;
  if (request.requestType === "SCHEDULED") {
    return running > 0 ? { kind: "stillRunning", running } : undefined;
  }
  const cap = request.instances ?? config.maxActiveOnDemandTasksPerRequest;
  return cap > 0 && running >= cap ? { kind: "instanceCap", running, cap } : undefined;
}
