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
  methodNotAllowed,
  type Route,
  textResponse,
} from "@tavola/host";
import { type Bytes, flatten } from "./byte-rope.ts";
import { jsonBytes } from "./json-rope.ts";
import type { JsonText } from "./json-text.ts";
import { byLeader, redirectToLeaderRoot } from "./leadership.ts";
import { type MissingPart, refuseMissing } from "./not-yet.ts";
import { ofCommand } from "./operator-api.ts";
import type { OperatorContext } from "./operator-context.ts";
import { rolesJson } from "./role-json.ts";
import { frameworksJson, slavesJson, stateJson } from "./state-json.ts";
import { stateSummaryJson } from "./state-summary-json.ts";
import { parseTaskQuery, taskListJson } from "./task-list-json.ts";
import { flagsJson, versionJson } from "./version-json.ts";

export function jsonEndpoints(context: OperatorContext): Route[] {
  const { state, flagsShown } = context;
  const read = (path: string, render: (request: HttpRequest) => Bytes): Route => {
    const handle: HttpHandler = (request) => jsonResponse(request, flatten(render(request)));
    return ofMaster(path, byLeader(state, onlyBy(["GET"], handle)));
  };
  const renderState = (): Bytes => stateJson(state, flagsShown);
  return [
    read("state", renderState),
    read("state.json", renderState),
    read("state-summary", () => stateSummaryJson(state)),
    read("slaves", ({ query }) => slavesJson(state, query.get("slave_id") ?? undefined)),
    read("frameworks", ({ query }) =>
      frameworksJson(state, query.get("framework_id") ?? undefined),
    ),
    read("tasks", ({ query }) => taskListJson(state, parseTaskQuery(query))),
    read("roles", () => jsonBytes(rolesJson(state))),
    // Nothing of these is kept yet; the answers are those of a master where none was ever set.
    read("maintenance/status", () => jsonBytes("{}")),
    readOrMissing("maintenance/schedule", ["GET", "POST"], "{}", "maintenance"),
    readOrMissing("quota", ["GET", "POST", "DELETE"], "{}", "quota"),
    readOrMissing("weights", ["GET", "PUT"], "[]", "weights"),
    ...missingCommands(),
    ofMaster(
      "teardown",
      byLeader(
        state,
        onlyBy(["POST"], (request) => teardown(context, request)),
      ),
    ),
    ofMaster("flags", (request) => jsonResponse(request, flagsJson(flagsShown))),
    ofMaster("health", () => ({ status: 200 })),
    { ...ofMaster("redirect", () => redirectToLeaderRoot(state)), exact: true },
    { process: "version", path: "", handle: (request) => jsonResponse(request, versionJson()) },
    ofMaster("version", (request) => jsonResponse(request, versionJson())),
  ];

  function readOrMissing(
    path: string,
    methods: readonly string[],
    nothing: JsonText,
    part: MissingPart,
  ): Route {
    return ofMaster(
      path,
      byLeader(
        state,
        onlyBy(methods, (request) =>
          isRead(request) ? jsonResponse(request, nothing) : refuseMissing(part),
        ),
      ),
    );
  }

  function missingCommands(): Route[] {
    const commands: readonly (readonly [path: string, part: MissingPart])[] = [
      ["reserve", "reservations"],
      ["unreserve", "reservations"],
      ["create-volumes", "volumes"],
      ["destroy-volumes", "volumes"],
      ["machine/down", "maintenance"],
      ["machine/up", "maintenance"],
    ];
    return commands.map(([path, part]) =>
      ofMaster(
        path,
        byLeader(
          state,
          onlyBy(["POST"], () => refuseMissing(part)),
        ),
      ),
    );
  }
}

function ofMaster(path: string, handle: HttpHandler): Route {
  return { process: "master", path, handle };
}

function isRead({ method }: HttpRequest): boolean {
  return method === "GET" || method === "HEAD";
}

/** Asked after leadership, as in Mesos: a standby redirects whatever the method. */
function onlyBy(methods: readonly string[], handle: HttpHandler): HttpHandler {
  return (request) =>
    methods.includes(isRead(request) ? "GET" : request.method)
      ? handle(request)
      : methodNotAllowed(methods, request.method);
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
