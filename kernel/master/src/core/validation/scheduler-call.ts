/**
 * A scheduler's call by itself: the part that its type needs is there.
 */

import type { scheduler } from "@tavola/protocol";

type PartName = Exclude<keyof scheduler.Call, "framework_id" | "type">;

/** The part that must be there; null where the call needs none. */
const partByType: Readonly<Record<scheduler.Call_Type, PartName | null>> = {
  UNKNOWN: null,
  SUBSCRIBE: "subscribe",
  TEARDOWN: null,
  ACCEPT: "accept",
  DECLINE: "decline",
  ACCEPT_INVERSE_OFFERS: "accept_inverse_offers",
  DECLINE_INVERSE_OFFERS: "decline_inverse_offers",
  REVIVE: null,
  KILL: "kill",
  SHUTDOWN: "shutdown",
  ACKNOWLEDGE: "acknowledge",
  ACKNOWLEDGE_OPERATION_STATUS: "acknowledge_operation_status",
  RECONCILE: "reconcile",
  RECONCILE_OPERATIONS: "reconcile_operations",
  MESSAGE: "message",
  REQUEST: "request",
  SUPPRESS: null,
  UPDATE_FRAMEWORK: "update_framework",
};

/** `principal` is the authenticated one, if any. PERF: on every call; a few lookups. */
export function validateSchedulerCall(
  call: scheduler.Call,
  principal: string | undefined,
): string | undefined {
  const { type } = call;
  if (type === undefined) return "Expecting 'type' to be present";
  const part = partByType[type];
  if (type === "SUBSCRIBE") {
    if (call.subscribe === undefined) return "Expecting 'subscribe' to be present";
    return validateSubscribe(call, call.subscribe, principal);
  }
  if (call.framework_id === undefined) return "Expecting 'framework_id' to be present";
  if (part !== null && call[part] === undefined) return `Expecting '${part}' to be present`;
  switch (type) {
    case "ACKNOWLEDGE":
      return validateUuid(call.acknowledge?.uuid);
    case "ACKNOWLEDGE_OPERATION_STATUS":
      return (
        validateUuid(call.acknowledge_operation_status?.uuid) ??
        (call.acknowledge_operation_status?.agent_id
          ? undefined
          : "Expecting 'agent_id' to be present")
      );
    case "UPDATE_FRAMEWORK":
      if (call.framework_id.value === (call.update_framework?.framework_info.id?.value ?? "")) {
        return undefined;
      }
      return "'framework_id' differs from 'update_framework.framework_info.id'";
    default:
      return undefined;
  }
}

function validateSubscribe(
  call: scheduler.Call,
  subscribe: scheduler.Call_Subscribe,
  principal: string | undefined,
): string | undefined {
  const info = subscribe.framework_info;
  if ((info.id?.value ?? "") !== (call.framework_id?.value ?? "")) {
    return "'framework_id' differs from 'subscribe.framework_info.id'";
  }
  if (principal === undefined || info.principal === undefined || info.principal === principal) {
    return undefined;
  }
  return `Authenticated principal '${principal}' does not match principal '${info.principal}' set in \`FrameworkInfo\``;
}

function validateUuid(uuid: Uint8Array | undefined): string | undefined {
  return uuid?.length === 16 ? undefined : "Not a valid UUID";
}
