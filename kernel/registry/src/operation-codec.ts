/**
 * An operation as bytes and back. The kinds and the members of `tavola.registry.Operation` are one to
 * one; a kind without an encoder does not compile.
 */

import { type AgentId, asId, instant, type Result } from "@tavola/base";
import { decodeMessage, encodeMessage, registry } from "@tavola/protocol";
import type { RegistryOperation } from "./registry-operation.ts";

type Kind = RegistryOperation["kind"];
type OfKind<K extends Kind> = Extract<RegistryOperation, { readonly kind: K }>;
type Message = registry.Operation;

export function encodeOperation(operation: RegistryOperation): Uint8Array {
  const write = writers[operation.kind] as (operation: RegistryOperation) => Message;
  return encodeMessage(registry.Operation, write(operation));
}

/** The error is a clause without a subject. */
export function decodeOperation(bytes: Uint8Array): Result<RegistryOperation> {
  const decoded = decodeMessage(registry.Operation, bytes);
  if (decoded.error !== undefined) return { error: `cannot be read (${decoded.error})` };
  const [member] = Object.keys(decoded.value) as (keyof Message)[];
  if (member === undefined) return { error: "is an operation of no known kind" };
  return { value: readers[member](decoded.value) };
}

const writers: { readonly [K in Kind]: (operation: OfKind<K>) => Message } = {
  recordLeader: ({ info }) => ({ record_leader: { info } }),
  admitAgent: ({ info }) => ({ admit_agent: { info } }),
  readmitAgent: ({ info }) => ({ readmit_agent: { info } }),
  removeAgent: ({ agentId }) => ({ remove_agent: { agent_id: agentId } }),
  markAgentUnreachable: ({ agentId, at }) => ({
    mark_agent_unreachable: { agent_id: agentId, at_ms: at },
  }),
  markAgentGone: ({ agentId, at }) => ({ mark_agent_gone: { agent_id: agentId, at_ms: at } }),
  pruneAgents: ({ unreachable, gone }) => ({ prune_agents: { unreachable, gone } }),
  drainAgent: ({ agentId, config }) => ({ drain_agent: { agent_id: agentId, config } }),
  markAgentDrained: ({ agentId }) => ({ mark_agent_drained: { agent_id: agentId } }),
  deactivateAgent: ({ agentId }) => ({ deactivate_agent: { agent_id: agentId } }),
  reactivateAgent: ({ agentId }) => ({ reactivate_agent: { agent_id: agentId } }),
  updateMaintenanceSchedule: ({ schedule }) => ({ update_maintenance_schedule: { schedule } }),
  startMaintenance: ({ machines }) => ({ start_maintenance: { machines } }),
  stopMaintenance: ({ machines }) => ({ stop_maintenance: { machines } }),
  updateQuotas: ({ configs }) => ({ update_quotas: { configs } }),
  updateWeights: ({ weights }) => ({ update_weights: { weights } }),
};

type Reader<Member extends keyof Message> = (
  // Only the reader of the member that is set is called.
  message: Message & Required<Pick<Message, Member>>,
) => RegistryOperation;

const byMember: { readonly [Member in keyof Message]-?: Reader<Member> } = {
  record_leader: ({ record_leader: { info } }) => ({ kind: "recordLeader", info }),
  admit_agent: ({ admit_agent: { info } }) => ({ kind: "admitAgent", info }),
  readmit_agent: ({ readmit_agent: { info } }) => ({ kind: "readmitAgent", info }),
  remove_agent: ({ remove_agent: { agent_id: id } }) => ({
    kind: "removeAgent",
    agentId: agent(id),
  }),
  mark_agent_unreachable: ({ mark_agent_unreachable: { agent_id: id, at_ms: at } }) => ({
    kind: "markAgentUnreachable",
    agentId: agent(id),
    at: instant(at),
  }),
  mark_agent_gone: ({ mark_agent_gone: { agent_id: id, at_ms: at } }) => ({
    kind: "markAgentGone",
    agentId: agent(id),
    at: instant(at),
  }),
  prune_agents: ({ prune_agents: { unreachable = [], gone = [] } }) => ({
    kind: "pruneAgents",
    unreachable: unreachable.map(agent),
    gone: gone.map(agent),
  }),
  drain_agent: ({ drain_agent: { agent_id: id, config } }) => ({
    kind: "drainAgent",
    agentId: agent(id),
    config,
  }),
  mark_agent_drained: ({ mark_agent_drained: { agent_id: id } }) => ({
    kind: "markAgentDrained",
    agentId: agent(id),
  }),
  deactivate_agent: ({ deactivate_agent: { agent_id: id } }) => ({
    kind: "deactivateAgent",
    agentId: agent(id),
  }),
  reactivate_agent: ({ reactivate_agent: { agent_id: id } }) => ({
    kind: "reactivateAgent",
    agentId: agent(id),
  }),
  update_maintenance_schedule: ({ update_maintenance_schedule: { schedule } }) => ({
    kind: "updateMaintenanceSchedule",
    schedule,
  }),
  start_maintenance: ({ start_maintenance: { machines = [] } }) => ({
    kind: "startMaintenance",
    machines,
  }),
  stop_maintenance: ({ stop_maintenance: { machines = [] } }) => ({
    kind: "stopMaintenance",
    machines,
  }),
  update_quotas: ({ update_quotas: { configs = [] } }) => ({ kind: "updateQuotas", configs }),
  update_weights: ({ update_weights: { weights = [] } }) => ({ kind: "updateWeights", weights }),
};
const readers = byMember as Readonly<
  Record<keyof Message, (message: Message) => RegistryOperation>
>;

function agent(id: string): AgentId {
  return asId<AgentId>(id);
}
