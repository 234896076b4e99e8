/**
 * What executors tell the scheduler beside status updates: how far a shell command is.
 */

import { type ShellCommandUpdateType, shellCommandUpdateTypes } from "../core/model/enums.ts";
import type { TaskShellCommandUpdate } from "../core/model/task.ts";
import { parseTaskId } from "../core/model/task-id.ts";
import { clipText } from "./clip-text.ts";

/** Undefined: it is something else, or nothing that can be understood; other frameworks' executors say what they like. */
export function shellCommandUpdateOf(data: Uint8Array): TaskShellCommandUpdate | undefined {
  let told: unknown;
  try {
    told = JSON.parse(Buffer.from(data).toString());
  } catch {
    return undefined;
  }
  const { shellRequestId, updateType, timestamp, message, outputFilename } = objectOf(told);
  const { taskId, name, timestamp: askedAt } = objectOf(shellRequestId);
  const id = typeof taskId === "string" ? taskId : objectOf(taskId)["id"];
  const parsed = typeof id === "string" ? parseTaskId(id).value : undefined;
  const type = shellCommandUpdateTypes.find((each) => each === updateType) as
    | ShellCommandUpdateType
    | undefined;
  if (parsed === undefined || type === undefined) return undefined;
  if (typeof name !== "string" || typeof askedAt !== "number") return undefined;
  return {
    shellRequestId: { taskId: parsed, name, timestamp: askedAt },
    timestamp: typeof timestamp === "number" ? timestamp : askedAt,
    updateType: type,
    ...(typeof message === "string" ? { message: clipText(message) } : {}),
    ...(typeof outputFilename === "string" ? { outputFilename: clipText(outputFilename) } : {}),
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
