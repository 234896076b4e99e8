/**
 * All of the API: every route there is, behind one handler.
 */

import type { HttpHandler } from "@tavola/host";
import type { ApiContext } from "./api-context.ts";
import { asHttpHandler, createApiHandler } from "./api-handler.ts";
import { deployRoutes } from "./deploy-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { requestListRoutes } from "./request-list-routes.ts";
import { requestRoutes } from "./request-routes.ts";
import type { Route } from "./route.ts";
import { sandboxRoutes } from "./sandbox-routes.ts";
import { stateRoutes } from "./state-routes.ts";
import { taskRoutes } from "./task-routes.ts";

export const routes: readonly Route[] = [
  ...requestListRoutes,
  ...requestRoutes,
  ...deployRoutes,
  ...taskRoutes,
  ...historyRoutes,
  ...sandboxRoutes,
  ...stateRoutes,
];

export function createSchedulerApi(context: ApiContext): HttpHandler {
  return asHttpHandler(createApiHandler(context, routes));
}
