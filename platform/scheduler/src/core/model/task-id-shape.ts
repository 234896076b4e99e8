/**
 * How ids of tasks are read and written as JSON; their texts are in `task-id.ts`.
 */

import { pendingTypes } from "./enums.ts";
import { object, required } from "./fields.ts";
import { oneOf, type Shape, text, whole } from "./shape.ts";
import type { PendingTaskId, TaskId } from "./task.ts";

export const taskIdShape: Shape<TaskId> = object("SingularityTaskId", {
  requestId: required(text),
  deployId: required(text),
  startedAt: required(whole, { hears: ["nextRunAt"] }),
  instanceNo: required(whole),
  host: required(text, { hears: ["sanitizedHost"], says: ["sanitizedHost"] }),
  rackId: required(text, { hears: ["sanitizedRackId"], says: ["sanitizedRackId"] }),
  id: required(text),
});

export const pendingTaskIdShape: Shape<PendingTaskId> = object("SingularityPendingTaskId", {
  requestId: required(text),
  deployId: required(text),
  nextRunAt: required(whole),
  instanceNo: required(whole),
  pendingType: required(oneOf(pendingTypes)),
  createdAt: required(whole),
  id: required(text),
});
