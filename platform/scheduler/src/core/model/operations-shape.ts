/**
 * How the JSON of `operations.ts` is read and written.
 */

import { authorizationScopes, disabledActionTypes, disasterTypes, webhookTypes } from "./enums.ts";
import { object, optional, required, withDefault } from "./fields.ts";
import type {
  DisabledAction,
  Disaster,
  DisasterDataPoint,
  DisastersData,
  ElevatedAccessEvent,
  FireAlarm,
  PriorityFreeze,
  PriorityFreezeParent,
  TaskWebhook,
  Webhook,
  WebhookSummary,
} from "./operations.ts";
import { decimal, list, oneOf, type Shape, text, truth, whole } from "./shape.ts";
import { taskHistoryUpdateShape, taskShape } from "./task-shape.ts";

export const disasterDataPointShape: Shape<DisasterDataPoint> = object(
  "SingularityDisasterDataPoint",
  {
    timestamp: required(whole),
    numActiveTasks: optional(whole),
    numPendingTasks: optional(whole),
    numLateTasks: optional(whole),
    avgTaskLagMillis: optional(whole),
    numLostTasks: optional(whole),
    numActiveAgents: optional(whole, { also: ["numActiveSlaves"] }),
    numLostAgents: optional(whole, { also: ["numLostSlaves"] }),
  },
);

export const disasterShape: Shape<Disaster> = object("SingularityDisaster", {
  type: required(oneOf(disasterTypes)),
  active: required(truth, { also: ["boolean"] }),
});

export const disastersDataShape: Shape<DisastersData> = object("SingularityDisastersData", {
  stats: optional(list(disasterDataPointShape)),
  disasterStates: optional(list(disasterShape), { also: ["disasters"] }),
  automatedActionDisabled: optional(truth, { also: ["automatedActionsDisabled"] }),
});

export const disabledActionShape: Shape<DisabledAction> = object("SingularityDisabledAction", {
  type: required(oneOf(disabledActionTypes)),
  message: required(text),
  user: optional(text),
  automaticallyClearable: required(truth),
  expiresAt: optional(whole),
});

export const priorityFreezeShape: Shape<PriorityFreeze> = object("SingularityPriorityFreeze", {
  minimumPriorityLevel: withDefault(decimal, 0),
  killTasks: withDefault(truth, false),
  message: optional(text),
  actionId: optional(text),
});

export const priorityFreezeParentShape: Shape<PriorityFreezeParent> = object(
  "SingularityPriorityFreezeParent",
  {
    priorityFreeze: required(priorityFreezeShape),
    timestamp: required(whole),
    user: optional(text),
  },
);

export const fireAlarmShape: Shape<FireAlarm> = object("FireAlarm", {
  title: required(text),
  message: required(text),
  url: optional(text),
});

export const elevatedAccessEventShape: Shape<ElevatedAccessEvent> = object("ElevatedAccessEvent", {
  user: required(text),
  requestId: required(text),
  scope: required(oneOf(authorizationScopes)),
  createdAt: required(whole),
});

export const taskWebhookShape: Shape<TaskWebhook> = object("TaskWebhook", {
  task: required(taskShape),
  taskUpdate: required(taskHistoryUpdateShape),
});

/** Of a new one, time and id are for whoever takes it to fill in. */
export const webhookShape: Shape<Webhook> = object("SingularityWebhook", {
  uri: required(text, { missing: "URI is null" }),
  timestamp: withDefault(whole, 0),
  user: optional(text),
  type: required(oneOf(webhookTypes)),
  id: withDefault(text, ""),
});

export const webhookSummaryShape: Shape<WebhookSummary> = object("SingularityWebhookSummary", {
  webhook: optional(webhookShape),
  queueSize: optional(whole),
});
