/**
 * An agent comes back: after its own restart, after it was unreachable, or to a new master. It brings
 * what it runs; the two views are made one.
 *
 *     registered here          -> reconciled (agent-reconciled.ts), no registry write if unchanged
 *     recovered from registry  -> readmitted; its tasks become known
 *     unreachable or unknown   -> written reachable, then readmitted
 *     gone                     -> told to shut down
 */

import { type AgentId, asId } from "@tavola/base";
import { internal, parseUpid } from "@tavola/protocol";
import { validateAgentPeer } from "./agent-peer.ts";
import { readmitAgent } from "./agent-readmitted.ts";
import { agentReconnected } from "./agent-reconciled.ts";
import { removeAgent } from "./agent-removed.ts";
import type { Agent } from "./state.ts";
import type { Turn } from "./turn.ts";
import { validateReregistration } from "./validation/agent-messages.ts";
import { sameMessage } from "./validation/same-message.ts";

export function agentAskedToReregister(
  turn: Turn,
  from: string,
  message: internal.ReregisterSlaveMessage,
): void {
  const { state } = turn;
  turn.count("master/messages_reregister_slave");
  const agentId = asId<AgentId>(message.slave.id?.value ?? "");
  const { arriving, reregistering, leaving } = state.transitions;
  // Whatever is under way is decided first; the agent asks again.
  if (arriving.has(from) || reregistering.has(agentId) || leaving.has(agentId)) return;
  if (refusedAsGone(turn, agentId, from)) return;
  const error = validateReregistration(message) ?? validateAgentPeer(from, message);
  if (error !== undefined) {
    turn.warn("dropped an agent's reregistration", { from, agentId, reason: error });
    return;
  }
  const agent = state.agents.get(agentId);
  if (agent !== undefined && hasMoved(agent, from, message)) {
    shutDown(turn, from, "Agent attempted to reregister with different IP / hostname");
    return;
  }
  const before = state.agentByPid.get(from);
  if (before !== undefined && before !== agent) {
    // A process is one agent: the other one is no more. This one will ask again.
    removeAgent(turn, before, "another agent reregistered at the same address", "registered");
    return;
  }
  const known = agent?.info ?? state.recoveredAgents.get(agentId);
  if (known !== undefined && sameMessage(known, message.slave)) {
    // One of two that say the same is enough to keep.
    agentReadmitted(turn, { agentId, from, message: { ...message, slave: known } });
    return;
  }
  reregistering.add(agentId);
  arriving.add(from);
  const then = { kind: "agentReadmitted", agentId, from, message } as const;
  turn.persist({ kind: "readmitAgent", info: message.slave }, then);
}

/** It is written down, or needed no writing. */
export function agentReadmitted(
  turn: Turn,
  {
    agentId,
    from,
    message,
  }: { agentId: AgentId; from: string; message: internal.ReregisterSlaveMessage },
): void {
  const { state } = turn;
  state.transitions.reregistering.delete(agentId);
  state.transitions.arriving.delete(from);
  if (refusedAsGone(turn, agentId, from)) return;
  const agent = state.agents.get(agentId);
  if (agent !== undefined) agentReconnected(turn, agent, from, message);
  else readmitAgent(turn, agentId, from, message);
}

function refusedAsGone(turn: Turn, agentId: AgentId, from: string): boolean {
  if (!turn.state.goneAgents.has(agentId)) return false;
  shutDown(turn, from, "Agent has been marked gone");
  return true;
}

/** Maintenance is scheduled by machine, so an agent cannot move to another under the same id. */
function hasMoved(agent: Agent, from: string, message: internal.ReregisterSlaveMessage): boolean {
  const host = parseUpid(from)?.host;
  return agent.upid.host !== host || agent.info.hostname !== message.slave.hostname;
}

function shutDown(turn: Turn, pid: string, message: string): void {
  turn.warn("refused an agent's reregistration", { from: pid, reason: message });
  const to = parseUpid(pid);
  if (to !== undefined) turn.send(to, internal.ShutdownMessage, { message });
}
