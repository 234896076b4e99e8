/**
 * What every libprocess serves: metrics, the machine's load, the log level.
 */

import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import {
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  parseDuration,
  type Route,
  textResponse,
} from "@tavola/host";
import type { AgentContext } from "./agent-context.ts";
import { formatJsonModel } from "./json-model.ts";
import { type LoggingLevel, toggleLogging } from "./logging-level.ts";

export function machineRoutes(context: AgentContext, logging: LoggingLevel): Route[] {
  return [
    { process: "metrics", path: "snapshot", handle: (request) => snapshot(context, request) },
    { process: "metrics", path: "", exact: true, handle: () => prometheus(context) },
    {
      process: "system",
      path: "stats.json",
      handle: (request) => jsonResponse(request, systemStats()),
    },
    { process: "logging", path: "toggle", handle: (request) => toggleLogging(logging, request) },
  ];
}

/** A timeout is only checked: nothing here is waited for. */
function snapshot({ metrics }: AgentContext, request: HttpRequest): HttpResponse {
  const timeout = request.query.get("timeout");
  const parsed = timeout === null ? undefined : parseDuration(timeout);
  if (parsed?.error !== undefined) {
    return textResponse(400, `Invalid timeout '${timeout}': ${parsed.error}.\n`);
  }
  return jsonResponse(request, formatJsonModel(metrics.snapshot()));
}

function prometheus({ metrics }: AgentContext): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
    body: metrics.prometheus(),
  };
}

function systemStats(): string {
  const [oneMinute = 0, fiveMinutes = 0, fifteenMinutes = 0] = loadavg();
  return formatJsonModel({
    avg_load_1min: oneMinute,
    avg_load_5min: fiveMinutes,
    avg_load_15min: fifteenMinutes,
    cpus_total: BigInt(availableParallelism()),
    mem_total_bytes: BigInt(totalmem()),
    mem_free_bytes: BigInt(freemem()),
  });
}
