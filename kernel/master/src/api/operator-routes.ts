/**
 * Every path of the master that is not the scheduler API's.
 */

import { createFilesApi, createMachineApi, LoggingLevel, type Route } from "@tavola/host";
import { helpPages } from "./help-page.ts";
import { jsonEndpoints } from "./json-endpoints.ts";
import { addMasterMetrics } from "./master-metrics.ts";
import { OperatorApi } from "./operator-api.ts";
import type { OperatorContext, OperatorRoutes } from "./operator-context.ts";

export function createOperatorRoutes(context: OperatorContext): OperatorRoutes {
  const logging = new LoggingLevel(context.logger, context.clock);
  const api = new OperatorApi(context, logging);
  addMasterMetrics(context, () => api.subscribers);
  const shared = [...createMachineApi(context.metrics, logging), ...createFilesApi(context.files)];
  const routes: Route[] = [
    { process: "master", path: "api/v1", handle: (request) => api.handle(request), exact: true },
    ...jsonEndpoints(context),
    ...shared,
  ];
  return {
    routes: [...routes, ...shared.map(belowMaster), ...helpPages(routes)],
    close() {
      api.close();
      logging.close();
    },
  };
}

/** Differs: what every process serves is there below `/master` as well. */
function belowMaster({ process, path, ...route }: Route): Route {
  return { ...route, process: "master", path: path === "" ? process : `${process}/${path}` };
}
