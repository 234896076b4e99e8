/**
 * The master's list of all agents: what each has altogether, and which are no more.
 */

import type { Attribute, Resource } from "@tavola/protocol";
import { attributesOf, splitRack } from "../placement/agent-attributes.ts";
import type { Turn } from "../turn.ts";
import { agentGone } from "./agent-lost.ts";
import { agentSeen } from "./agent-seen.ts";
import { isInactive } from "./machine-state.ts";

export interface ListedAgent {
  readonly agentId: string;
  readonly hostname: string;
  readonly port?: number;
  readonly attributes: readonly Attribute[];
  /** All that it has, used or not. */
  readonly resources: readonly Resource[];
}

/** `isStartup`: who is missing may still come back after a failover of the master, and is not counted as lost. */
export function agentsListed(turn: Turn, agents: readonly ListedAgent[], isStartup: boolean): void {
  const listed = new Set<string>();
  for (const { attributes, resources, ...agent } of agents) {
    listed.add(agent.agentId);
    const { rackId, rest } = splitRack(attributesOf(attributes), {
      rackAttribute: turn.config.rackIdAttributeKey,
      defaultRackId: turn.config.defaultRackId,
    });
    agentSeen(turn, { ...agent, rackId, attributes: rest, resources: totalsOf(resources) });
  }
  for (const { id, currentState } of turn.state.records.agent.values()) {
    const isExpected = !isInactive(currentState.state) && currentState.state !== "FROZEN";
    if (!listed.has(id) && isExpected)
      agentGone(turn, id, isStartup ? "MISSING_ON_STARTUP" : "DEAD");
  }
}

/** As Mesos's own endpoints tell it: scalars as numbers, ports as `[31000-32000, 33000-33000]`. */
function totalsOf(resources: readonly Resource[]): Record<string, number | string> {
  const totals: Record<string, number | string> = {};
  const ports: string[] = [];
  for (const { name, scalar, ranges } of resources) {
    if (scalar !== undefined) totals[name] = Number(totals[name] ?? 0) + scalar.value;
    if (name !== "ports") continue;
    for (const { begin, end } of ranges?.range ?? []) ports.push(`${begin}-${end}`);
  }
  if (ports.length > 0) totals["ports"] = `[${ports.join(", ")}]`;
  return totals;
}
