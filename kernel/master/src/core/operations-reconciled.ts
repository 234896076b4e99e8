/**
 * RECONCILE_OPERATIONS and ACKNOWLEDGE_OPERATION_STATUS, while this master does no operations: there
 * is none to know of.
 */

import { type AgentId, asId } from "@tavola/base";
import type { OperationState, scheduler } from "@tavola/protocol";
import type { Framework, MasterState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Every operation is answered for, by one event each. */
export function operationsReconciled(
  turn: Turn,
  framework: Framework,
  reconcile: scheduler.Call_ReconcileOperations,
): void {
  turn.count("master/messages_reconcile_operations");
  for (const asked of reconcile.operations ?? []) {
    const found = findAgent(turn.state, asked.agent_id?.value);
    turn.sendEvent(framework, {
      type: "UPDATE_OPERATION_STATUS",
      update_operation_status: {
        status: {
          operation_id: asked.operation_id,
          ...found,
          ...(asked.agent_id && { agent_id: asked.agent_id }),
          ...(asked.resource_provider_id && { resource_provider_id: asked.resource_provider_id }),
        },
      },
    });
  }
}

function findAgent(
  state: MasterState,
  agentId: string | undefined,
): { readonly state: OperationState; readonly message: string } {
  if (agentId === undefined) {
    return {
      state: "OPERATION_UNKNOWN",
      message: "Reconciliation: Operation is unknown and no 'agent_id' was provided",
    };
  }
  const id = asId<AgentId>(agentId);
  if (state.recoveredAgents.has(id)) {
    return {
      state: "OPERATION_RECOVERING",
      message: "Reconciliation: Agent is recovered but has not re-registered",
    };
  }
  if (state.agents.has(id)) {
    return { state: "OPERATION_UNKNOWN", message: "Reconciliation: Operation is unknown" };
  }
  if (state.unreachableAgents.has(id)) {
    return { state: "OPERATION_UNREACHABLE", message: "Reconciliation: Agent is unreachable" };
  }
  if (state.goneAgents.has(id)) {
    return {
      state: "OPERATION_GONE_BY_OPERATOR",
      message: "Reconciliation: Agent marked gone by operator",
    };
  }
  return {
    state: "OPERATION_UNKNOWN",
    message: "Reconciliation: Both operation and agent are unknown",
  };
}

export function operationAcknowledged(turn: Turn): void {
  turn.count("master/messages_operation_status_update_acknowledgement");
  turn.count("master/invalid_operation_status_update_acknowledgements");
}
