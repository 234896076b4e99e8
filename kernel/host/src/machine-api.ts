/**
 * What every libprocess serves: metrics, the machine's load, the log level.
 */

import { availableParallelism, freemem, loadavg, totalmem } from "node:os";
import { formatDouble } from "@tavola/protocol";
import { parseDuration } from "./duration-text.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { jsonResponse, type Route, textResponse } from "./http-router.ts";
import { type LoggingLevel, toggleLogging } from "./logging-level.ts";
import type { Metrics } from "./metrics.ts";

/** `/metrics`, `/metrics/snapshot`, `/system/stats.json` and `/logging/toggle`, for `createRouter`. */
export function createMachineApi(metrics: Metrics, logging: LoggingLevel): readonly Route[] {
  return [
    { process: "metrics", path: "snapshot", handle: (request) => snapshot(metrics, request) },
    { process: "metrics", path: "", exact: true, handle: () => prometheus(metrics) },
    {
      process: "system",
      path: "stats.json",
      handle: (request) => jsonResponse(request, systemStats()),
    },
    { process: "logging", path: "toggle", handle: (request) => toggleLogging(logging, request) },
  ];
}

/** Values as doubles. A timeout is only checked: nothing here is waited for. */
function snapshot(metrics: Metrics, request: HttpRequest): HttpResponse {
  const timeout = request.query.get("timeout");
  const parsed = timeout === null ? undefined : parseDuration(timeout);
  if (parsed?.error !== undefined) {
    return textResponse(400, `Invalid timeout '${timeout}': ${parsed.error}.\n`);
  }
  const members = Object.entries(metrics.snapshot()).map(
    ([name, value]) => `${JSON.stringify(name)}:${formatDouble(value)}`,
  );
  return jsonResponse(request, `{${members.join(",")}}`);
}

function prometheus(metrics: Metrics): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
    body: metrics.prometheus(),
  };
}

function systemStats(): string {
  const [oneMinute = 0, fiveMinutes = 0, fifteenMinutes = 0] = loadavg();
  return (
    `{"avg_load_1min":${formatDouble(oneMinute)},"avg_load_5min":${formatDouble(fiveMinutes)},` +
    `"avg_load_15min":${formatDouble(fifteenMinutes)},"cpus_total":${availableParallelism()},` +
    `"mem_total_bytes":${totalmem()},"mem_free_bytes":${freemem()}}`
  );
}
