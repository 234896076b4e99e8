/**
 * A request may ask that so many percent of its instances run on agents with some attribute.
 *
 * An agent without it is refused once the instances that are still to come would not suffice.
 */

import type { SchedulerState } from "../state.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementDemand } from "./placement-demand.ts";

/** PERF: O(tasks of the request) for each agent without the attribute; few requests ask for it. */
export function areMinimumsReachable(
  state: SchedulerState,
  demand: PlacementDemand,
  agent: OfferedAgent,
): boolean {
  const { agentAttributeMinimums } = demand.request;
  if (agentAttributeMinimums === undefined) return true;
  for (const [name, minimums] of Object.entries(agentAttributeMinimums)) {
    for (const [value, percent] of Object.entries(minimums)) {
      if (agent.attributes[name] === value) continue;
      const wanted = Math.max(1, Math.floor((percent / 100) * demand.instances));
      const { active, having } = countTasks(state, demand.request.id, name, value);
      const without = active - having + 1;
      if (demand.instances - without < wanted) return false;
    }
  }
  return true;
}

function countTasks(
  state: SchedulerState,
  requestId: string,
  name: string,
  value: string,
): { readonly active: number; readonly having: number } {
  let active = 0;
  let having = 0;
  for (const task of state.tasksOf.get(requestId)?.values() ?? []) {
    active++;
    if (state.records.agent.get(task.agentId)?.attributes[name] === value) having++;
  }
  return { active, having };
}
