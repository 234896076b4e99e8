/**
 * Every path that an agent answers, with and without `/slave(1)`.
 */

import {
  createFilesApi,
  createMachineApi,
  createRouter,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  LoggingLevel,
  type Route,
  textResponse,
} from "@tavola/host";
import { mesosVersion, tavolaVersion } from "@tavola/protocol";
import type { AgentContext } from "./agent-context.ts";
import { answerContainers, answerStatistics } from "./container-answers.ts";
import { ContainerReadings } from "./container-readings.ts";
import { ContainerStatuses } from "./container-statuses.ts";
import { handleExecutorCall } from "./executor-api.ts";
import { formatJsonModel, type JsonModel } from "./json-model.ts";
import { handleOperatorCall } from "./operator-api.ts";
import { stateModel, versionModel } from "./state-model.ts";

export interface AgentRoutes {
  readonly handle: HttpHandler;
  close(): void;
}

export function createAgentRoutes(context: AgentContext): AgentRoutes {
  const logging = new LoggingLevel(context.logger, context.clock);
  const readings = new ContainerReadings(context.state, context.containerizer);
  const processId = context.state.config.upid.id;
  const shared = [...createMachineApi(context.metrics, logging), ...createFilesApi(context.files)];
  const routes: Route[] = [
    ...agentRoutes(context, readings, processId),
    {
      process: processId,
      path: "api/v1",
      exact: true,
      handle: (request) => handleOperatorCall(context, logging, readings, request),
    },
    { process: "version", path: "", handle: (request) => model(request, versionModel()) },
    ...shared,
    // Differs: what every process serves is there below `/slave(1)` as well.
    ...shared.map((route) => belowAgent(route, processId)),
  ];
  const help = helpRoutes(routes, processId);
  return {
    handle: createRouter({ delegate: processId, routes: [...routes, ...help] }),
    close: () => logging.close(),
  };
}

function agentRoutes(context: AgentContext, readings: ContainerReadings, process: string): Route[] {
  const { state, flagsShown } = context;
  const statuses = new ContainerStatuses(context.containerizer);
  const answerState = (request: HttpRequest): HttpResponse =>
    state.phase === "recovering"
      ? textResponse(503, "Agent has not finished recovery")
      : model(request, stateModel(state, flagsShown));
  const read = (path: string, handle: HttpHandler): Route => ({
    process,
    path,
    methods: ["GET"],
    handle,
  });
  return [
    {
      process,
      path: "api/v1/executor",
      exact: true,
      handle: (request) => handleExecutorCall(context, statuses, request),
    },
    read("state", answerState),
    read("state.json", answerState),
    read("containers", (request) => answerContainers(readings, request)),
    read("monitor/statistics", (request) => answerStatistics(readings, request)),
    read("monitor/statistics.json", (request) => answerStatistics(readings, request)),
    read("flags", (request) => model(request, { flags: flagsShown })),
    { process, path: "health", handle: () => ({ status: 200 }) },
    { process, path: "version", handle: (request) => model(request, versionModel()) },
  ];
}

function model(request: HttpRequest, value: JsonModel): HttpResponse {
  return jsonResponse(request, formatJsonModel(value));
}

function belowAgent(route: Route, processId: string): Route {
  const path = route.path === "" ? route.process : `${route.process}/${route.path}`;
  return { ...route, process: processId, path };
}

/** `/` and `/help`, for a person who came with a browser or curl. */
function helpRoutes(routes: readonly Route[], processId: string): Route[] {
  const paths = new Set(
    routes.map(({ process, path }) => {
      const parts = process === processId ? [path] : [process, path];
      return `/${parts.filter((part) => part !== "").join("/")}`;
    }),
  );
  const text = [
    `Tavola ${tavolaVersion} agent, compatible with Apache Mesos ${mesosVersion}.`,
    "",
    "Operator API: POST /api/v1; executor API: POST /api/v1/executor.",
    `Endpoints (those of the agent also below /${processId}):`,
    ...[...paths].sort().map((path) => `  ${path}`),
    "",
  ].join("\n");
  const handle = (): HttpResponse => textResponse(200, text);
  return [
    { process: processId, path: "", exact: true, handle },
    { process: "help", path: "", handle },
  ];
}
