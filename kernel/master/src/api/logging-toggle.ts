/**
 * `/logging/toggle`: the log level by query string. Texts are libprocess's.
 *
 * As in Mesos any method will do: the endpoint is older than such distinctions.
 */

import { type HttpRequest, type HttpResponse, parseDuration, textResponse } from "@tavola/host";
import type { LoggingLevel } from "./logging-level.ts";

const levelMax = 2 ** 31 - 1;

export function toggleLogging(logging: LoggingLevel, { query }: HttpRequest): HttpResponse {
  const level = query.get("level");
  const duration = query.get("duration");
  if (level === null && duration === null) return textResponse(200, `${logging.level}\n`);
  if (duration === null) return textResponse(400, "Expecting 'duration=value' in query.\n");
  if (level === null) return textResponse(400, "Expecting 'level=value' in query.\n");
  if (!/^[+-]?\d+$/.test(level) || Math.abs(Number(level)) > levelMax) {
    return textResponse(400, `Failed to convert '${level}' to number.\n`);
  }
  if (Number(level) < 0) return textResponse(400, `Invalid level '${Number(level)}'.\n`);
  const parsed = parseDuration(duration);
  if (parsed.error !== undefined) return textResponse(400, `${parsed.error}.\n`);
  logging.set(Number(level), parsed.value);
  return { status: 200 };
}
