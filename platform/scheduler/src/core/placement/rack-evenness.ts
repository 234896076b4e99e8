/**
 * Requests that are rack sensitive fill the racks evenly.
 *
 * While some rack has no task of the deploy, a rack takes up to its share (at least one); once all
 * have some, those that are behind are filled first.
 */

import { sanitizeForTaskId } from "../model/task-id.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementDemand } from "./placement-demand.ts";

export function isRackEven(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  const counts = state.placement.countsOf(demand.request.id).racks(demand.deploy.id);
  const onRack = counts.get(sanitizeForTaskId(agent.rackId)) ?? 0;
  const racks = config.expectedRacksCount ?? state.placement.activeRacks(state.records.rack);
  const share = demand.instances / racks;
  if (counts.size < racks) return onRack < Math.max(share, 1);
  const least = counts.size === 0 ? 0 : Math.min(...counts.values());
  return onRack < (least < Math.floor(share) ? Math.floor(share) : share);
}
