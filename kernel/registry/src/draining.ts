/**
 * Operators drain, deactivate and reactivate agents, also while those are unreachable.
 */

import type { AgentId } from "@tavola/base";
import type { DrainConfig } from "@tavola/protocol";
import type { Applied } from "./registry-operation.ts";
import type { AgentUse, RegistryState } from "./registry-state.ts";

export function drainAgent(state: RegistryState, id: AgentId, config: DrainConfig): Applied {
  return use(state, id, { drain: { state: "DRAINING", config }, deactivated: true });
}

export function markAgentDrained(state: RegistryState, id: AgentId): Applied {
  const drain = useOf(state, id)?.drain;
  if (drain?.state !== "DRAINING") return { error: `agent ${id} is not draining` };
  return use(state, id, { drain: { ...drain, state: "DRAINED" }, deactivated: true });
}

export function deactivateAgent(state: RegistryState, id: AgentId): Applied {
  const before = useOf(state, id);
  if (before?.deactivated) return { value: "unchanged" };
  return use(state, id, { drain: before?.drain, deactivated: true });
}

export function reactivateAgent(state: RegistryState, id: AgentId): Applied {
  if (useOf(state, id)?.deactivated === false) return { value: "unchanged" };
  return use(state, id, { drain: undefined, deactivated: false });
}

function useOf(state: RegistryState, id: AgentId): AgentUse | undefined {
  return state.admitted.get(id) ?? state.unreachable.get(id);
}

/** In its place in the order of the map. */
function use(state: RegistryState, id: AgentId, change: AgentUse): Applied {
  const admitted = state.admitted.get(id);
  const unreachable = state.unreachable.get(id);
  if (admitted !== undefined) state.admitted.set(id, { ...admitted, ...change });
  else if (unreachable !== undefined) state.unreachable.set(id, { ...unreachable, ...change });
  else return { error: `agent ${id} is neither admitted nor unreachable` };
  if (change.deactivated) state.deactivated.add(id);
  else state.deactivated.delete(id);
  return { value: "changed" };
}
