/**
 * What executors are told beside Mesos's own calls, and what they tell beside status updates: a shell
 * command, how far it is, and that a task is to be destroyed.
 *
 * As Singularity's executor writes and reads it: an object's fields, and first its class as its package
 * calls it. One that says no class is a shell command to it.
 */

import { type ShellCommandUpdateType, shellCommandUpdateTypes } from "../core/model/enums.ts";
import { object, optional, required } from "../core/model/fields.ts";
import { type Shape, text } from "../core/model/shape.ts";
import { taskShellCommandRequestShape } from "../core/model/shell-command-shape.ts";
import type {
  TaskId,
  TaskShellCommandRequest,
  TaskShellCommandUpdate,
} from "../core/model/task.ts";
import { parseTaskId } from "../core/model/task-id.ts";
import { taskIdShape } from "../core/model/task-id-shape.ts";
import { clipText } from "./clip-text.ts";

interface TaskDestroy {
  readonly taskId: TaskId;
  readonly user?: string;
}

const taskDestroyShape: Shape<TaskDestroy> = object("SingularityTaskDestroyFrameworkMessage", {
  taskId: required(taskIdShape),
  user: optional(text),
});

export function shellCommandMessage(request: TaskShellCommandRequest): Uint8Array {
  return classed(taskShellCommandRequestShape, request);
}

export function destroyMessage(destroy: TaskDestroy): Uint8Array {
  return classed(taskDestroyShape, destroy);
}

function classed<T>(shape: Shape<T>, value: T): Uint8Array {
  const fields = shape.format(value).slice(1);
  return Buffer.from(`{"@class":".${shape.name}",${fields}`);
}

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
