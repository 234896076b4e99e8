/**
 * Finding out why a demand has no place: every agent against all rules, in the order people are told.
 *
 * PERF: O(agents) with a few allocations; placement affords so many a turn, and who asks gets a new one.
 */

import { isDecommissioning } from "../machines/machine-state.ts";
import type { MachineState } from "../model/enums.ts";
import type { PendingTask } from "../model/task.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { PlacementDemand } from "./placement-demand.ts";
import {
  type AgentVerdict,
  type PlacementReport,
  type PlacementRule,
  placementRules,
} from "./placement-report.ts";
import { firstFailedRule } from "./placement-rules.ts";
import { summarize } from "./report-words.ts";
import { distanceOf, formatAmount, lacksOf, takenPorts } from "./shortfall.ts";

/** So many agents are named in a report. */
const agentsNamedMax = 5;

interface Miss {
  readonly agent: OfferedAgent;
  readonly rule: PlacementRule;
  /** Rules passed before, and among equals how near it came. */
  readonly passed: number;
  readonly distance: number;
}

/** Kept for all of the tasks, until they are placed or dropped. */
export function keepReport(
  turn: Turn,
  demand: PlacementDemand,
  tasks: readonly PendingTask[],
): void {
  const report = makeReport(turn.state, turn.config, demand, turn.now);
  if (report === undefined) return;
  for (const { pendingTaskId } of tasks) {
    if (turn.state.placement.dueTasks.has(pendingTaskId.id))
      turn.state.reports.set(pendingTaskId.id, report);
  }
}

/** Undefined when some agent is suitable after all. */
export function makeReport(
  state: SchedulerState,
  config: SchedulerConfig,
  demand: PlacementDemand,
  now: number,
): PlacementReport | undefined {
  const failed: Partial<Record<PlacementRule, number>> = {};
  const offered = new Set<string>();
  const misses: Miss[] = [];
  for (const agent of state.offers.agents()) {
    offered.add(agent.agentId);
    const rule = firstFailedRule(state, config, demand, agent);
    if (rule === undefined) return undefined;
    failed[rule] = (failed[rule] ?? 0) + 1;
    keepNearest(misses, missOf(demand, agent, rule));
  }
  const absent = countAbsent(state, offered, failed);
  const [nearest] = misses;
  const report: Omit<PlacementReport, "summary"> = {
    at: now,
    needs: demand.needs.own,
    agentsLookedAt: state.offers.agentCount + absent.refused,
    agentsNotOffered: absent.active,
    failed,
    agents: misses.map((miss) => verdictOf(demand, miss)),
    ...(nearest === undefined ? {} : { nearest: verdictOf(demand, nearest) }),
  };
  const isNear = nearest !== undefined && nearest.passed >= placementRules.indexOf("ROLE");
  const lacks = isNear ? lacksOf(demand.needs, nearest.agent) : [];
  const taken = isNear ? takenPorts(demand.needs, nearest.agent) : [];
  return { ...report, summary: summarize(demand, report, lacks, taken) };
}

function missOf(demand: PlacementDemand, agent: OfferedAgent, rule: PlacementRule): Miss {
  const { needs } = demand;
  const distance = distanceOf(lacksOf(needs, agent), takenPorts(needs, agent));
  const at = placementRules.indexOf(rule);
  const resources = placementRules.indexOf("ROLE");
  // Which resource is found short first says nothing about how near it came.
  return { agent, rule, passed: Math.min(at, resources), distance };
}

/** Keeps the few that came nearest, the nearest first. */
function keepNearest(misses: Miss[], miss: Miss): void {
  const isNearer = (a: Miss, b: Miss): boolean =>
    a.passed > b.passed || (a.passed === b.passed && a.distance < b.distance);
  const last = misses.at(-1);
  if (misses.length >= agentsNamedMax && last !== undefined && !isNearer(miss, last)) return;
  let at = misses.length;
  while (at > 0 && isNearer(miss, misses[at - 1] as Miss)) at--;
  misses.splice(at, 0, miss);
  if (misses.length > agentsNamedMax) misses.pop();
}

function verdictOf(demand: PlacementDemand, { agent, rule }: Miss): AgentVerdict {
  const detail = detailOf(demand, agent, rule);
  return {
    agentId: agent.agentId,
    host: agent.hostname,
    rackId: agent.rackId,
    rule,
    ...(detail === undefined ? {} : { detail }),
  };
}

function detailOf(
  { needs, required }: PlacementDemand,
  agent: OfferedAgent,
  rule: PlacementRule,
): string | undefined {
  if (rule === "RACK_AFFINITY" || rule === "RACK_SATURATED") return `is on rack ${agent.rackId}`;
  if (rule === "REQUIRED_ATTRIBUTES") {
    const missing = required.find(([name, value]) => agent.attributes[name] !== value);
    if (missing === undefined) return undefined;
    return `has ${missing[0]}=${agent.attributes[missing[0]] ?? "(none)"}`;
  }
  if (placementRules.indexOf(rule) < placementRules.indexOf("CPUS")) return undefined;
  const lacks = lacksOf(needs, agent).map(
    ({ needs: amount, has, unit }) => `${formatAmount(has)} of ${formatAmount(amount)} ${unit}`,
  );
  if (lacks.length > 0) return `has ${lacks.join(", ")}`;
  const taken = takenPorts(needs, agent);
  return taken.length > 0 ? `port ${taken.join(", ")} is not free` : undefined;
}

/** Agents without an offer: some are refused before they are looked at, others have none to make. */
function countAbsent(
  state: SchedulerState,
  offered: ReadonlySet<string>,
  failed: Partial<Record<PlacementRule, number>>,
): { readonly refused: number; readonly active: number } {
  let refused = 0;
  let active = 0;
  for (const { id, currentState } of state.records.agent.values()) {
    if (offered.has(id)) continue;
    if (currentState.state === "ACTIVE") active++;
    const rule = refusalOf(currentState.state);
    if (rule === undefined) continue;
    failed[rule] = (failed[rule] ?? 0) + 1;
    refused++;
  }
  return { refused, active };
}

function refusalOf(machine: MachineState): PlacementRule | undefined {
  if (machine === "FROZEN") return "AGENT_FROZEN";
  if (machine === "DECOMMISSIONED") return undefined;
  return isDecommissioning(machine) ? "AGENT_DECOMMISSIONING" : undefined;
}
