/**
 * How shell commands in tasks are asked for and reported.
 */

import { shellCommandUpdateTypes } from "./enums.ts";
import { object, optional, required } from "./fields.ts";
import { list, oneOf, type Shape, text, whole } from "./shape.ts";
import type {
  ShellCommand,
  TaskShellCommandHistory,
  TaskShellCommandRequest,
  TaskShellCommandRequestId,
  TaskShellCommandUpdate,
} from "./task.ts";
import { taskIdShape } from "./task-id-shape.ts";

export const shellCommandShape: Shape<ShellCommand> = object("SingularityShellCommand", {
  name: required(text),
  options: optional(list(text)),
  user: optional(text),
  logfileName: optional(text),
});

export const taskShellCommandRequestShape: Shape<TaskShellCommandRequest> = object(
  "SingularityTaskShellCommandRequest",
  {
    taskId: required(taskIdShape),
    user: optional(text),
    timestamp: required(whole),
    shellCommand: required(shellCommandShape),
  },
);

export const taskShellCommandRequestIdShape: Shape<TaskShellCommandRequestId> = object(
  "SingularityTaskShellCommandRequestId",
  {
    taskId: required(taskIdShape),
    name: required(text),
    timestamp: required(whole),
  },
);

export const taskShellCommandUpdateShape: Shape<TaskShellCommandUpdate> = object(
  "SingularityTaskShellCommandUpdate",
  {
    shellRequestId: required(taskShellCommandRequestIdShape),
    timestamp: required(whole),
    message: optional(text),
    outputFilename: optional(text),
    updateType: required(oneOf(shellCommandUpdateTypes)),
  },
);

export const taskShellCommandHistoryShape: Shape<TaskShellCommandHistory> = object(
  "SingularityTaskShellCommandHistory",
  {
    shellRequest: required(taskShellCommandRequestShape),
    shellUpdates: required(list(taskShellCommandUpdateShape)),
  },
);
