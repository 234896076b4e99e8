/**
 * Taking what a task needs out of what is free on an agent.
 */

import { invariant, type Random, randomInt } from "@tavola/base";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PortRanges } from "./port-ranges.ts";
import { poolFor } from "./resource-rules.ts";
import type { TaskNeeds } from "./task-needs.ts";

/**
 * Returns the ports: any that were asked for, then those that were named. Which of the free ones is
 * drawn by lot, so that a port is not at once somebody else's when its task has ended.
 */
export function takeResources(agent: OfferedAgent, needs: TaskNeeds, random: Random): number[] {
  const pool = poolFor(needs, agent);
  invariant(pool !== undefined, `agent ${agent.agentId} has nothing for role ${needs.role}`);
  pool.cpusMilli -= needs.cpusMilli;
  pool.memoryMbMilli -= needs.memoryMbMilli;
  pool.diskMbMilli -= needs.diskMbMilli;
  invariant(
    pool.cpusMilli >= 0 && pool.memoryMbMilli >= 0 && pool.diskMbMilli >= 0,
    `more was taken of agent ${agent.agentId} than it has`,
  );
  for (const port of needs.literalPorts) {
    invariant(pool.ports.take(port), `port ${port} of agent ${agent.agentId} is not free`);
  }
  const drawn: number[] = [];
  for (let i = 0; i < needs.numPorts; i++) drawn.push(drawPort(pool.ports, random));
  return [...drawn.sort((a, b) => a - b), ...needs.literalPorts];
}

function drawPort(ports: PortRanges, random: Random): number {
  const port = ports.nth(randomInt(random, ports.count));
  invariant(port !== undefined && ports.take(port), "no port is free");
  return port;
}
