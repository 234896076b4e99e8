/**
 * What every libprocess serves: metrics, the machine's load, the log level, a page that says what is here.
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
import { type JsonText, jsonDouble, jsonObject } from "./json-text.ts";
import type { LoggingLevel } from "./logging-level.ts";
import { toggleLogging } from "./logging-toggle.ts";
import type { OperatorContext } from "./operator-context.ts";

export function machineEndpoints(context: OperatorContext, logging: LoggingLevel): Route[] {
  return [
    { process: "metrics", path: "snapshot", handle: (request) => snapshot(context, request) },
    { process: "metrics", path: "", handle: () => prometheus(context) },
    {
      process: "system",
      path: "stats.json",
      handle: (request) => jsonResponse(request, systemStatsJson()),
    },
    { process: "logging", path: "toggle", handle: (request) => toggleLogging(logging, request) },
  ];
}

/** Values as doubles. A timeout is only checked: nothing here is waited for. */
function snapshot({ metrics }: OperatorContext, request: HttpRequest): HttpResponse {
  const timeout = request.query.get("timeout");
  const parsed = timeout === null ? undefined : parseDuration(timeout);
  if (parsed?.error !== undefined) {
    return textResponse(400, `Invalid timeout '${timeout}': ${parsed.error}.\n`);
  }
  const fields: Record<string, JsonText> = {};
  for (const [name, value] of Object.entries(metrics.snapshot())) fields[name] = jsonDouble(value);
  return jsonResponse(request, jsonObject(fields));
}

function prometheus({ metrics }: OperatorContext): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
    body: metrics.prometheus(),
  };
}

function systemStatsJson(): JsonText {
  const [oneMinute = 0, fiveMinutes = 0, fifteenMinutes = 0] = loadavg();
  return jsonObject({
    avg_load_1min: jsonDouble(oneMinute),
    avg_load_5min: jsonDouble(fiveMinutes),
    avg_load_15min: jsonDouble(fifteenMinutes),
    cpus_total: String(availableParallelism()),
    mem_total_bytes: String(totalmem()),
    mem_free_bytes: String(freemem()),
  });
}
