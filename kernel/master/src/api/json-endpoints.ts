/**
 * The master's JSON endpoints: `/state` and its kin, by the leader; `/version`, `/flags`, `/health` and
 * `/redirect` by any master.
 */

import { asId, type FrameworkId } from "@tavola/base";
import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  type Route,
  textResponse,
} from "@tavola/host";
import { type Bytes, flatten } from "./byte-rope.ts";
import { jsonBytes } from "./json-rope.ts";
import { redirectToLeaderRoot } from "./leadership.ts";
import { leaderRoute, masterRoute } from "./master-route.ts";
import { missingEndpoints } from "./missing-endpoints.ts";
import { ofCommand } from "./operator-api.ts";
import type { OperatorContext } from "./operator-context.ts";
import { rolesJson } from "./role-json.ts";
import { frameworksJson, slavesJson, stateJson } from "./state-json.ts";
import { stateSummaryJson } from "./state-summary-json.ts";
import { parseTaskQuery, taskListJson } from "./task-list-json.ts";
import { flagsJson, versionJson } from "./version-json.ts";

type Render = (query: URLSearchParams) => Bytes;

export function jsonEndpoints(context: OperatorContext): Route[] {
  const { state, flagsShown } = context;
  const renderState: Render = () => stateJson(state, flagsShown);
  const byLeader: Readonly<Record<string, Render>> = {
    state: renderState,
    "state.json": renderState,
    "state-summary": () => stateSummaryJson(state),
    slaves: (query) => slavesJson(state, query.get("slave_id") ?? undefined),
    frameworks: (query) => frameworksJson(state, query.get("framework_id") ?? undefined),
    tasks: (query) => taskListJson(state, parseTaskQuery(query)),
    roles: () => jsonBytes(rolesJson(state)),
  };
  const version: HttpHandler = (request) => jsonResponse(request, versionJson());
  return [
    ...Object.entries(byLeader).map(([path, render]) =>
      leaderRoute(state, path, ["GET"], (request) =>
        jsonResponse(request, flatten(render(request.query))),
      ),
    ),
    ...missingEndpoints(state),
    leaderRoute(state, "teardown", ["POST"], (request) => teardown(context, request)),
    masterRoute("flags", (request) => jsonResponse(request, flagsJson(flagsShown))),
    masterRoute("health", () => ({ status: 200 })),
    { ...masterRoute("redirect", () => redirectToLeaderRoot(state)), exact: true },
    masterRoute("version", version),
    { process: "version", path: "", handle: version },
  ];
}

/** `frameworkId=ID` as a form; Mesos's texts. */
async function teardown(context: OperatorContext, request: HttpRequest): Promise<HttpResponse> {
  const form = new URLSearchParams(Buffer.from(await request.body()).toString());
  const id = form.get("frameworkId");
  if (id === null) {
    return textResponse(400, "Missing 'frameworkId' query parameter in the request body");
  }
  return ofCommand(await context.teardownFramework(asId<FrameworkId>(id)));
}
