/**
 * The fold: one operation on the state. Each rule checks first and then writes, so that what is
 * refused has changed nothing.
 */

import {
  admitAgent,
  markAgentGone,
  markAgentUnreachable,
  pruneAgents,
  readmitAgent,
  removeAgent,
} from "./agents.ts";
import { deactivateAgent, drainAgent, markAgentDrained, reactivateAgent } from "./draining.ts";
import { startMaintenance, stopMaintenance, updateMaintenanceSchedule } from "./maintenance.ts";
import type { Applied, RegistryOperation } from "./registry-operation.ts";
import type { RegistryState } from "./registry-state.ts";
import { updateQuotas, updateWeights } from "./shares.ts";

/**
 * Changes `state`, or says in one sentence why not and leaves it as it was.
 *
 * PERF: O(what the operation names), but for maintenance, which replaces the schedule. 50,000
 * admissions within a second.
 */
export function applyOperation(state: RegistryState, operation: RegistryOperation): Applied {
  return (rules[operation.kind] as Rule<RegistryOperation>)(state, operation);
}

type Rule<Operation> = (state: RegistryState, operation: Operation) => Applied;

const rules: {
  readonly [Kind in RegistryOperation["kind"]]: Rule<
    Extract<RegistryOperation, { readonly kind: Kind }>
  >;
} = {
  recordLeader: (state, { info }) => {
    state.leader = info;
    return { value: "changed" };
  },
  admitAgent: (state, { info }) => admitAgent(state, info),
  readmitAgent: (state, { info }) => readmitAgent(state, info),
  removeAgent: (state, { agentId }) => removeAgent(state, agentId),
  markAgentUnreachable: (state, { agentId, at }) => markAgentUnreachable(state, agentId, at),
  markAgentGone: (state, { agentId, at }) => markAgentGone(state, agentId, at),
  pruneAgents: (state, { unreachable, gone }) => pruneAgents(state, unreachable, gone),
  drainAgent: (state, { agentId, config }) => drainAgent(state, agentId, config),
  markAgentDrained: (state, { agentId }) => markAgentDrained(state, agentId),
  deactivateAgent: (state, { agentId }) => deactivateAgent(state, agentId),
  reactivateAgent: (state, { agentId }) => reactivateAgent(state, agentId),
  updateMaintenanceSchedule: (state, { schedule }) => updateMaintenanceSchedule(state, schedule),
  startMaintenance: (state, { machines }) => startMaintenance(state, machines),
  stopMaintenance: (state, { machines }) => stopMaintenance(state, machines),
  updateQuotas: (state, { configs }) => updateQuotas(state, configs),
  updateWeights: (state, { weights }) => updateWeights(state, weights),
};
