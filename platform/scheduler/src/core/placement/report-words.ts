/**
 * A placement report in one sentence.
 */

import type { PlacementDemand } from "./placement-demand.ts";
import { type PlacementReport, type PlacementRule, placementRules } from "./placement-report.ts";
import { formatAmount, type Lack } from "./shortfall.ts";

/** `lacks` are the nearest agent's; `failed` and the others as the report has them. */
export function summarize(
  demand: PlacementDemand,
  report: Omit<PlacementReport, "summary">,
  lacks: readonly Lack[],
  taken: readonly number[],
): string {
  if (report.agentsLookedAt === 0) return noOffers(report.agentsNotOffered);
  const clauses: string[] = [];
  const lacked = placementRules.filter((rule) => isLack(rule) && report.failed[rule] !== undefined);
  const onlyLack = lacked.length === 1 ? lacked[0] : undefined;
  if (lacks.length > 0) {
    const needs = lacks.map(({ needs: amount, unit }) => `${formatAmount(amount)} ${unit}`);
    const has = lacks.map(({ has: amount }) => formatAmount(amount));
    clauses.push(`needs ${joined(needs)}`, `best agent has ${joined(has)}`);
  } else if (taken.length > 0) clauses.push(`needs port ${joined(taken.map(String))}`);
  for (const rule of placementRules) {
    const count = report.failed[rule];
    const isSaid = lacks.length > 0 && rule === onlyLack;
    if (count !== undefined && !isSaid) clauses.push(excluded(demand, rule, count));
  }
  if (report.agentsNotOffered > 0) {
    clauses.push(`${agents(report.agentsNotOffered)} not on offer`);
  }
  return clauses.join("; ");
}

/** The needs say it already. */
function isLack(rule: PlacementRule): boolean {
  return rule === "CPUS" || rule === "MEMORY" || rule === "DISK" || rule === "PORTS";
}

function noOffers(notOffered: number): string {
  if (notOffered === 0) return "there is no agent";
  return `no agent is on offer (${agents(notOffered)} active)`;
}

/** "2 agents excluded by rack". */
function excluded(demand: PlacementDemand, rule: PlacementRule, count: number): string {
  const { deploy, request, required, rackAffinity, needs, placement } = demand;
  const who = agents(count);
  const words: Readonly<Record<PlacementRule, string>> = {
    AGENT_UNKNOWN: `${who} not known yet`,
    AGENT_FROZEN: `${who} frozen`,
    AGENT_DECOMMISSIONING: `${who} decommissioning`,
    RACK_FROZEN: `${who} on a frozen rack`,
    RACK_DECOMMISSIONING: `${who} on a decommissioning rack`,
    RACK_AFFINITY: `${who} excluded by rack (only ${joined(rackAffinity, "or")})`,
    RESERVED_ATTRIBUTES: `${who} reserved by attribute for others`,
    PREEMPTIBLE_ONLY: `${who} for preemptible tasks only`,
    REQUIRED_ATTRIBUTES: `${who} without ${joined(required.map(([k, v]) => `${k}=${v}`))}`,
    ATTRIBUTE_MINIMUMS: `${who} excluded by attribute minimums`,
    RACK_SATURATED: `${who} on racks that have their share`,
    AGENT_SATURATED: `${who} with enough tasks of ${placement === "SEPARATE_BY_REQUEST" ? request.id : `deploy ${deploy.id}`} (${placement})`,
    OFFER_FULL: `${who} given all the tasks that one launch may have`,
    ROLE: `${who} without resources of role ${needs.role}`,
    CPUS: `${who} short of cpus`,
    MEMORY: `${who} short of memory`,
    DISK: `${who} short of disk`,
    PORTS: `${who} short of ports`,
    AGENT_OVERLOADED: `${who} overloaded`,
  };
  return words[rule];
}

function agents(count: number): string {
  return count === 1 ? "1 agent" : `${count} agents`;
}

function joined(parts: readonly string[], word = "and"): string {
  if (parts.length <= 1) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`;
}
