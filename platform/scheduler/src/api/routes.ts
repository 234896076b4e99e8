/**
 * Every call of the API.
 */

import { anything } from "../core/model/shape.ts";
import { deployRoutes } from "./deploy-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { machineRoutes } from "./machine-routes.ts";
import { openApiDocument } from "./openapi.ts";
import { operationRoutes } from "./operation-routes.ts";
import { pendingTaskRoutes } from "./pending-task-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { requestActionRoutes } from "./request-action-routes.ts";
import { requestListRoutes } from "./request-list-routes.ts";
import { requestRoutes } from "./request-routes.ts";
import { anybody, type Route, route } from "./route.ts";
import { sandboxRoutes } from "./sandbox-routes.ts";
import { stateRoutes } from "./state-routes.ts";
import { taskActionRoutes } from "./task-action-routes.ts";
import { taskRoutes } from "./task-routes.ts";
import { testRoutes } from "./test-routes.ts";
import { usageRoutes } from "./usage-routes.ts";
import { webhookRoutes } from "./webhook-routes.ts";

const openApi = route({
  method: "GET",
  path: "/openapi.json",
  summary: "This document",
  access: anybody,
  isLocal: true,
  answer: anything,
  handle: ({ context }) => ({
    value: openApiDocument(apiRoutes, {
      title: "Tavola's scheduler: Singularity's API, and what Tavola adds",
      version: "1",
      prefix: `${context.contextPath}/api`,
    }),
  }),
});

export const apiRoutes: readonly Route[] = [
  ...requestRoutes,
  ...requestActionRoutes,
  ...requestListRoutes,
  ...deployRoutes,
  ...pendingTaskRoutes,
  ...taskRoutes,
  ...taskActionRoutes,
  ...historyRoutes,
  ...sandboxRoutes,
  ...machineRoutes,
  ...stateRoutes,
  ...usageRoutes,
  ...operationRoutes,
  ...peopleRoutes,
  ...webhookRoutes,
  ...testRoutes,
  openApi,
];
