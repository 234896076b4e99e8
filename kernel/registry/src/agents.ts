/**
 * Agents come and go. Who is gone never comes back; no id is admitted twice.
 */

import { type AgentId, asId, type Instant } from "@tavola/base";
import type { AgentInfo } from "@tavola/protocol";
import type { Applied } from "./registry-operation.ts";
import type { RegistryState } from "./registry-state.ts";

export function admitAgent(state: RegistryState, info: AgentInfo): Applied {
  const id = idOf(info);
  if (id === undefined) return noId;
  if (state.admitted.has(id)) return { error: `agent ${id} is already admitted` };
  if (state.unreachable.has(id)) return { error: `agent ${id} is unreachable, not new` };
  if (state.gone.has(id)) return { error: `agent ${id} is gone for ever` };
  state.admitted.set(id, { info, drain: undefined, deactivated: false });
  return { value: "changed" };
}

/**
 * Its new details, where it was admitted. An unreachable one is admitted again, as deactivated as it
 * was. One that is not known was forgotten (`pruneAgents`) and is admitted, as in Mesos.
 */
export function readmitAgent(state: RegistryState, info: AgentInfo): Applied {
  const id = idOf(info);
  if (id === undefined) return noId;
  if (state.gone.has(id)) return { error: `agent ${id} is gone for ever` };
  const known = state.admitted.get(id) ?? state.unreachable.get(id);
  state.unreachable.delete(id);
  state.admitted.set(id, {
    info,
    drain: known?.drain,
    deactivated: known?.deactivated ?? false,
  });
  return { value: "changed" };
}

export function removeAgent(state: RegistryState, id: AgentId): Applied {
  if (!state.admitted.delete(id)) return notAdmitted(id);
  state.deactivated.delete(id);
  return { value: "changed" };
}

export function markAgentUnreachable(state: RegistryState, id: AgentId, at: Instant): Applied {
  const agent = state.admitted.get(id);
  if (agent === undefined) return notAdmitted(id);
  state.admitted.delete(id);
  state.unreachable.set(id, { since: at, drain: agent.drain, deactivated: agent.deactivated });
  return { value: "changed" };
}

export function markAgentGone(state: RegistryState, id: AgentId, at: Instant): Applied {
  if (state.gone.has(id)) return { error: `agent ${id} is gone already` };
  if (!state.admitted.delete(id) && !state.unreachable.delete(id)) {
    return { error: `agent ${id} is not known` };
  }
  state.deactivated.delete(id);
  state.gone.set(id, { since: at });
  return { value: "changed" };
}

export function pruneAgents(
  state: RegistryState,
  unreachable: readonly AgentId[],
  gone: readonly AgentId[],
): Applied {
  let pruned = 0;
  for (const id of unreachable) {
    if (!state.unreachable.delete(id)) continue;
    state.deactivated.delete(id);
    pruned += 1;
  }
  for (const id of gone) pruned += Number(state.gone.delete(id));
  return { value: pruned > 0 ? "changed" : "unchanged" };
}

const noId: Applied = { error: "an agent without an id cannot be admitted" };

function notAdmitted(id: AgentId): Applied {
  return { error: `agent ${id} is not admitted` };
}

function idOf(info: AgentInfo): AgentId | undefined {
  const id = info.id?.value;
  return id ? asId<AgentId>(id) : undefined;
}
