/**
 * How the answer to "why is it not running?" is written, and described in the OpenAPI document.
 */

import { disabledActionTypes, requestStates } from "../model/enums.ts";
import { object, optional, required } from "../model/fields.ts";
import { taskResourcesShape } from "../model/run-shape.ts";
import { list, mapOf, oneOf, type Shape, text, whole } from "../model/shape.ts";
import { pendingTaskIdShape } from "../model/task-id-shape.ts";
import type {
  PendingTaskExplanation,
  RequestExplanation,
  WaitingReason,
} from "./explain-request.ts";
import { type AgentVerdict, type PlacementReport, placementRules } from "./placement-report.ts";

const waitingReasonShape: Shape<WaitingReason> = object("WaitingReason", {
  kind: required(text),
  message: required(text),
  until: optional(whole),
  since: optional(whole),
});

const agentVerdictShape: Shape<AgentVerdict> = object("AgentVerdict", {
  agentId: required(text),
  host: required(text),
  rackId: required(text),
  rule: required(oneOf(placementRules)),
  detail: optional(text),
});

const placementReportShape: Shape<PlacementReport> = object("PlacementReport", {
  at: required(whole),
  needs: required(taskResourcesShape),
  agentsLookedAt: required(whole),
  agentsNotOffered: required(whole),
  failed: required(mapOf(whole)),
  agents: required(list(agentVerdictShape)),
  nearest: optional(agentVerdictShape),
  summary: required(text),
});

const pendingTaskExplanationShape: Shape<PendingTaskExplanation> = object(
  "PendingTaskExplanation",
  {
    pendingTaskId: required(pendingTaskIdShape),
    dueAt: required(whole),
    reason: optional(waitingReasonShape),
    report: optional(placementReportShape),
  },
);

export const requestExplanationShape: Shape<RequestExplanation> = object("RequestExplanation", {
  requestId: required(text),
  state: required(oneOf(requestStates)),
  summary: required(text),
  instancesWanted: optional(whole),
  tasksActive: required(whole),
  tasksPending: required(whole),
  reasons: required(list(waitingReasonShape)),
  pendingTasks: required(list(pendingTaskExplanationShape)),
  disabledActions: required(list(oneOf(disabledActionTypes))),
  agentsOffered: required(whole),
  lastOfferAt: optional(whole),
  explainedAt: required(whole),
});
