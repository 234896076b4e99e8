/**
 * What a daemon logs to, from its flags: standard error, and a file below `--log_dir`.
 */

import { createLogger, type LeveledLogger, type LogLevel, openLogFile } from "@tavola/host";

export type DaemonName = "master" | "agent" | "scheduler" | "discovery" | "frontdoor";

export interface DaemonLog {
  readonly logger: LeveledLogger;
  /** For `/files/*` to serve: `--external_log_file`, else ours. */
  readonly logFile?: string;
}

export interface DaemonLogOptions {
  readonly name: DaemonName;
  /** What it calls itself; default: its name. */
  readonly logName: string | undefined;
  readonly logFormat: "text" | "json";
  /** Of its flags. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Throws CodedError CANNOT_WRITE when there can be no file below `--log_dir`. */
export function openDaemonLog({ name, logName, logFormat, values }: DaemonLogOptions): DaemonLog {
  const { log_dir: directory, external_log_file: external, quiet } = values;
  const file =
    typeof directory === "string"
      ? openLogFile({ directory, program: `tavola-${name}`, startedAt: new Date() })
      : undefined;
  const logger = createLogger({
    name: logName ?? name,
    format: logFormat,
    level: levelOf(values),
    quiet: quiet === true,
    ...(file !== undefined && { file }),
  });
  const logFile = typeof external === "string" ? external : file?.path;
  return { logger, ...(logFile !== undefined && { logFile }) };
}

/** Mesos's `--logging_level`. */
function levelOf(values: Readonly<Record<string, unknown>>): LogLevel {
  const levels: Readonly<Record<string, LogLevel>> = { WARNING: "warn", ERROR: "error" };
  return levels[String(values["logging_level"])] ?? "info";
}
