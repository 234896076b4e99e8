/**
 * Whether a call of the executor API has what its type needs. Sentences are Mesos's
 * (validateExecutorCall in common/validation.cpp).
 */

import type { executor, TaskStatus } from "@tavola/protocol";

/** A sentence that says what is missing or wrong, or undefined. */
export function validateExecutorCall(call: executor.Call): string | undefined {
  switch (call.type) {
    case undefined:
      return "Expecting 'type' to be present";
    case "SUBSCRIBE":
      return call.subscribe === undefined ? "Expecting 'subscribe' to be present" : undefined;
    case "UPDATE":
      if (call.update === undefined) return "Expecting 'update' to be present";
      return validateUpdate(call, call.update.status);
    case "MESSAGE":
      return call.message === undefined ? "Expecting 'message' to be present" : undefined;
    default:
      return undefined;
  }
}

function validateUpdate(
  { executor_id, framework_id }: executor.Call,
  status: TaskStatus,
): string | undefined {
  if (status.uuid === undefined) return "Expecting 'uuid' to be present";
  if (!isUuid(status.uuid)) return "Not a valid UUID";
  const named = status.executor_id?.value;
  if (named !== undefined && named !== executor_id.value) {
    return `ExecutorID in Call: ${executor_id.value} does not match ExecutorID in TaskStatus: ${named}`;
  }
  const from = `from executor ${executor_id.value} of framework ${framework_id.value}`;
  if (status.source !== "SOURCE_EXECUTOR") {
    return `Received Call ${from} with invalid source, expecting 'SOURCE_EXECUTOR'`;
  }
  if (status.state === "TASK_STAGING") return `Received TASK_STAGING ${from} which is not allowed`;
  return validateCheckStatus(status);
}

function validateCheckStatus({ check_status: check }: TaskStatus): string | undefined {
  if (check === undefined) return undefined;
  const parts = { COMMAND: "command", HTTP: "http", TCP: "tcp" } as const;
  if (check.type === undefined) return "CheckStatusInfo must specify 'type'";
  if (check.type === "UNKNOWN") return "'UNKNOWN' is not a valid check's status type";
  const part = parts[check.type];
  if (check[part] !== undefined) return undefined;
  return `Expecting '${part}' to be set for ${check.type} check's status`;
}

/** 16 bytes that carry one of the known versions, as Mesos's reader wants it. */
function isUuid(bytes: Uint8Array): boolean {
  const version = (bytes[6] ?? 0) >> 4;
  return bytes.length === 16 && version >= 1 && version <= 5;
}
