/**
 * Operations other than launches that are not done: the framework is told when it gave the operation
 * an id, which is how it asks for feedback.
 */

import type { Offer_Operation } from "@tavola/protocol";
import type { Agent, Framework } from "./state.ts";
import type { Turn } from "./turn.ts";

export function refuseOperation(
  turn: Turn,
  framework: Framework,
  operation: Offer_Operation,
  message: string,
): void {
  const type = operation.type ?? "UNKNOWN";
  turn.info("refused an operation", { frameworkId: framework.id, type, reason: message });
  turn.count("master/operations/error");
  turn.count(`master/operations/${type.toLowerCase()}/error`);
  if (operation.id === undefined) return;
  turn.sendEvent(framework, {
    type: "UPDATE_OPERATION_STATUS",
    update_operation_status: {
      status: { operation_id: operation.id, state: "OPERATION_ERROR", message },
    },
  });
}

/** Why an operation that asks for feedback cannot get it from this agent. */
export function validateFeedback(operation: Offer_Operation, agent: Agent): string | undefined {
  if (operation.id === undefined) return undefined;
  if (!agent.capabilities.has("RESOURCE_PROVIDER")) {
    return `Operation requested feedback, but agent ${agent.id} does not have the required RESOURCE_PROVIDER capability`;
  }
  if (agent.capabilities.has("AGENT_OPERATION_FEEDBACK")) return undefined;
  return `Operation on agent default resources requested feedback, but agent ${agent.id} does not have the required AGENT_OPERATION_FEEDBACK and RESOURCE_PROVIDER capabilities`;
}
