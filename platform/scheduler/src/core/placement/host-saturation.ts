/**
 * How many tasks of a request may stand on one host: the placement strategies.
 */

import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementDemand } from "./placement-demand.ts";

/** Whether the strategy keeps another task of the deploy from the agent's host. */
export function isHostSaturated(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  switch (demand.placement) {
    case "GREEDY":
      return false;
    case "SEPARATE_BY_DEPLOY":
    case "SPREAD_ALL_AGENTS":
      return isSeparateSaturated(state, demand, agent);
    case "SEPARATE_BY_REQUEST":
      return state.placement.countsOf(demand.request.id).onHost(agent.hostname) > 0;
    case "OPTIMISTIC":
      return isAboveAverage(state, config, demand, agent);
  }
}

/** Tasks that are being cleaned up count, but for a bounce that may replace them where they stand. */
function isSeparateSaturated(
  state: SchedulerState,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  const counts = state.placement.countsOf(demand.request.id);
  const { id } = demand.deploy;
  const standing = counts.staying(id, agent.hostname) + counts.cleaning(id, agent.hostname);
  if (standing === 0) return false;
  if (demand.sameHostBounceId === undefined) return true;
  return !isOnlyOldOfBounce(state, demand, agent.hostname, demand.sameHostBounceId);
}

/** No task on the host belongs to the bounce itself, or to one that cannot be told from it. */
function isOnlyOldOfBounce(
  state: SchedulerState,
  demand: PlacementDemand,
  host: string,
  bounceId: string,
): boolean {
  for (const task of state.tasksOf.get(demand.request.id)?.values() ?? []) {
    if (task.hostname !== host || task.taskId.deployId !== demand.deploy.id) continue;
    const { pendingTaskId, actionId } = task.pendingTask;
    if (pendingTaskId.pendingType !== "BOUNCE") continue;
    if (actionId === undefined || actionId === bounceId) return false;
  }
  return true;
}

/** The more is still to be placed, the more a host may be above the average. */
function isAboveAverage(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  const counts = state.placement.countsOf(demand.request.id);
  if (counts.active === 0) return false;
  const average = counts.active / counts.hostsUsed;
  const threshold = average * (1 + counts.pending * config.placementLeniency);
  return counts.staying(demand.deploy.id, agent.hostname) > threshold;
}
