/**
 * After a scale-down the instances that are left may stand unevenly: too many on one rack, or too few
 * on agents with an attribute that the request asks a share of.
 *
 *     REBALANCE_RACKS             rack-sensitive requests, where the operator wants it; a few at a time
 *     REBALANCE_SLAVE_ATTRIBUTES  requests with attribute minimums; as many as are lacking
 *
 * Differs: a share is rounded as placement rounds it (down), where Singularity rounds it up here: what
 * is moved for a share that placement does not insist on may come to the same place again.
 *
 * Such tasks go once a healthy replacement stands elsewhere. Done once, when the scale is asked for.
 */

import { given } from "../given.ts";
import type { TaskCleanupType } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import type { TaskRecord } from "../records.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import type { Turn } from "../turn.ts";
import { instancesOf } from "./long-running.ts";

export interface Rebalancing {
  /** As it is from here on. */
  readonly request: Request;
  readonly instancesBefore: number;
  readonly deployId: string;
  readonly user?: string | undefined;
}

export function rebalance(turn: Turn, rebalancing: Rebalancing): void {
  const { request, instancesBefore } = rebalancing;
  const racks = activeRacks(turn);
  const evensRacks = request.rackSensitive === true && turn.config.rebalanceRacksOnScaleDown;
  if (evensRacks && instancesBefore > racks) evenRacks(turn, rebalancing, racks);
  if (request.agentAttributeMinimums !== undefined) keepMinimums(turn, rebalancing);
}

function remaining(turn: Turn, { request, deployId }: Rebalancing): readonly TaskRecord[] {
  return [...(turn.state.tasksOf.get(request.id)?.values() ?? [])].filter(
    ({ taskId, cleanup }) => taskId.deployId === deployId && cleanup === undefined,
  );
}

function activeRacks(turn: Turn): number {
  const racks = new Set<string>();
  for (const { currentState, rackId } of turn.state.records.agent.values()) {
    if (currentState.state === "ACTIVE") racks.add(rackId);
  }
  return racks.size;
}

/** No more than half as many at once as there are racks; the first instance stays where it is. */
function evenRacks(turn: Turn, rebalancing: Rebalancing, racks: number): void {
  const perRack = instancesOf(rebalancing.request) / racks;
  const counts = new Map<string, number>();
  let moved = 0;
  for (const task of remaining(turn, rebalancing)) {
    const { rackId, instanceNo } = task.taskId;
    const count = (counts.get(rackId) ?? 0) + 1;
    counts.set(rackId, count);
    if (count <= perRack || moved >= racks / 2 || instanceNo === 1) continue;
    moved += 1;
    move(turn, task, "REBALANCE_RACKS", rebalancing);
  }
}

function keepMinimums(turn: Turn, rebalancing: Rebalancing): void {
  const { request } = rebalancing;
  for (const [name, minimums] of Object.entries(request.agentAttributeMinimums ?? {})) {
    for (const [value, percent] of Object.entries(minimums)) {
      const tasks = remaining(turn, rebalancing);
      const without = tasks.filter(
        ({ agentId }) => turn.get("agent", agentId)?.attributes[name] !== value,
      );
      const instances = instancesOf(request);
      const needed = Math.max(1, Math.floor((percent / 100) * instances));
      const missing = Math.max(0, instances - tasks.length);
      const reachable = tasks.length - without.length + missing;
      for (const task of without.slice(0, Math.max(0, needed - reachable))) {
        move(turn, task, "REBALANCE_SLAVE_ATTRIBUTES", rebalancing);
      }
    }
  }
}

function move(
  turn: Turn,
  task: TaskRecord,
  cleanupType: TaskCleanupType,
  { user }: Rebalancing,
): void {
  const message = "what is left after the scale-down is spread anew";
  cleanUpTask(turn, task, { cleanupType, message, ...given({ user }) });
}
