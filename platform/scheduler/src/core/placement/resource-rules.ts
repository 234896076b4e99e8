/**
 * Whether what is free on an agent suffices.
 */

import type { OfferedAgent } from "./offer-cache.ts";
import { type ResourcePool, unreservedRole } from "./offered-resources.ts";
import type { PlacementRule } from "./placement-report.ts";
import type { TaskNeeds } from "./task-needs.ts";

/** The first resource that is too little. PERF: asked of every agent for every task; no allocation. */
export function failedResourceRule(
  needs: TaskNeeds,
  agent: OfferedAgent,
): PlacementRule | undefined {
  const pool = poolFor(needs, agent);
  if (pool === undefined) return "ROLE";
  if (pool.cpusMilli < needs.cpusMilli) return "CPUS";
  if (pool.memoryMbMilli < needs.memoryMbMilli) return "MEMORY";
  if (pool.diskMbMilli < needs.diskMbMilli) return "DISK";
  if (!hasPorts(needs, pool)) return "PORTS";
  return undefined;
}

export function poolFor(needs: TaskNeeds, agent: OfferedAgent): ResourcePool | undefined {
  return needs.role === unreservedRole ? agent.unreserved : agent.pools.get(needs.role);
}

function hasPorts(needs: TaskNeeds, pool: ResourcePool): boolean {
  if (needs.numPorts === 0 && needs.literalPorts.length === 0) return true;
  if (pool.ports.count < needs.numPorts + needs.literalPorts.length) return false;
  for (const port of needs.literalPorts) if (!pool.ports.has(port)) return false;
  return true;
}
