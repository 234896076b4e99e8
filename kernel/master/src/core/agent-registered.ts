/**
 * An agent registers: it is admitted in the registry, then added and told its id.
 *
 * Most refusals are silent, as in Mesos: the agent goes on asking.
 */

import { agentIdOf } from "@tavola/base";
import { internal } from "@tavola/protocol";
import { validateAgentPeer } from "./agent-peer.ts";
import { addAgent, agentConnected, connectionOf, createAgent, pingAgent } from "./agent-records.ts";
import { removeAgent } from "./agent-removed.ts";
import type { Agent } from "./state.ts";
import type { Turn } from "./turn.ts";
import { validateRegistration } from "./validation/agent-messages.ts";

export function agentAskedToRegister(
  turn: Turn,
  from: string,
  message: internal.RegisterSlaveMessage,
): void {
  const { state } = turn;
  turn.count("master/messages_register_slave");
  const error = validateRegistration(message) ?? validateAgentPeer(from, message);
  if (error !== undefined) {
    turn.warn("dropped an agent's registration", { from, reason: error });
    return;
  }
  if (state.transitions.arriving.has(from)) return;
  const known = state.agentByPid.get(from);
  if (known !== undefined && asksAgain(known, message)) {
    registeredAgain(turn, known);
    return;
  }
  if (known !== undefined) {
    removeAgent(turn, known, "a new agent registered at the same address", "registered");
  }
  const agentId = agentIdOf(state.id, state.next.agent);
  state.next.agent += 1;
  state.transitions.arriving.add(from);
  const info = { ...message.slave, id: { value: agentId } };
  turn.persist(
    { kind: "admitAgent", info },
    { kind: "agentAdmitted", agentId, from, message: { ...message, slave: info } },
  );
}

/**
 * Whether it is the process that was registered from there. An agent that forgot who it was is another
 * one, and what ran on the old one is lost; each run of an agent has a resource version of its own.
 * Differs: Mesos goes by the connection alone, so that an agent whose machine lost its disk or its
 * power is taken for the old one, with all its tasks.
 */
function asksAgain(known: Agent, { resource_version_uuid: asked }: internal.RegisterSlaveMessage) {
  const before = known.resourceVersionUuid;
  if (before === undefined || asked === undefined) return known.connected;
  return before.length === asked.value.length && before.every((byte, i) => byte === asked.value[i]);
}

/** Our answer was lost, or its question came twice. */
function registeredAgain(turn: Turn, agent: Agent): void {
  // One that is being given up is not told that it is welcome; it asks again when that is done.
  if (turn.state.transitions.leaving.has(agent.id)) return;
  if (!agent.connected) {
    // One that runs something knows who it is: this was sent before, and it will reregister.
    if (agent.tasksByFramework.size > 0 || agent.executorsByFramework.size > 0) return;
    turn.effects.push({ kind: "link", pid: agent.pid });
    agentConnected(turn, agent);
  }
  turn.sendToAgent(agent, internal.SlaveRegisteredMessage, {
    slave_id: { value: agent.id },
    connection: connectionOf(turn),
  });
}

export function agentAdmitted(
  turn: Turn,
  from: string,
  message: internal.RegisterSlaveMessage,
): void {
  turn.state.transitions.arriving.delete(from);
  const agent = createAgent(turn, {
    info: message.slave,
    pid: from,
    version: message.version ?? "",
    capabilities: message.agent_capabilities ?? [],
    resourceVersion: message.resource_version_uuid,
    checkpointedResources: message.checkpointed_resources ?? [],
  });
  turn.count("master/slave_registrations");
  addAgent(turn, agent, { tasks: [], executors: [] });
  turn.sendToAgent(agent, internal.SlaveRegisteredMessage, {
    slave_id: { value: agent.id },
    connection: connectionOf(turn),
  });
  pingAgent(turn, agent);
  turn.info("agent registered", {
    agentId: agent.id,
    pid: from,
    hostname: agent.info.hostname,
    resources: agent.totalResources.toString(),
  });
}
