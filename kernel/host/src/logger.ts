/**
 * Logs: one event a line, on standard error.
 *
 * pino does the work; it is loaded when the first logger is made, because a command that makes none
 * should not pay for it. "text" is a line for people (log-line.ts), "json" one object a line. The
 * level can change while the daemon runs.
 */

import { createRequire } from "node:module";
import type { Logger as PinoLogger } from "pino";
import { errorFields, formatLogLine, withoutOwnKeys } from "./log-line.ts";

export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A logger whose level can be read and set: what a daemon's main part holds. */
export interface LeveledLogger extends Logger {
  level: LogLevel;
}

export interface LoggerOptions {
  /** Which daemon speaks, e.g. "master". */
  readonly name: string;
  readonly format: "text" | "json";
  /** Default "info". */
  readonly level?: LogLevel;
  /** Only errors go to standard error (or `write`). Default false. */
  readonly quiet?: boolean;
  /** Gets every line as well, also when it is quiet. */
  readonly file?: { write(line: string): void };
  /** Where lines go instead of standard error; for tests. */
  readonly write?: (line: string) => void;
}

/** Errors go under the key `error`, as they are. Writes before it returns, so that a crash loses nothing. */
export function createLogger(options: LoggerOptions): LeveledLogger {
  const pino: typeof import("pino").pino = createRequire(import.meta.url)("pino");
  const write = options.write ?? writerToStandardError(pino);
  const inner: PinoLogger = pino(
    {
      base: { daemon: options.name },
      level: options.level ?? "info",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutOwnKeys },
      serializers: { error: errorFields },
    },
    lineWriter(options, write),
  );
  return {
    debug: (fields, message) => inner.debug(fields, message),
    info: (fields, message) => inner.info(fields, message),
    warn: (fields, message) => inner.warn(fields, message),
    error: (fields, message) => inner.error(fields, message),
    get level() {
      return inner.level as LogLevel;
    },
    set level(level: LogLevel) {
      inner.level = level;
    },
  };
}

interface LineWriter {
  /** Set by pino before each line, because it is asked for. */
  lastLevel?: number;
  write(line: string): void;
}

/** pino's number for "error". */
const errorLevel = 50;

function lineWriter({ format, file, quiet }: LoggerOptions, write: (line: string) => void) {
  const writer: LineWriter & { readonly [needsLevel]: true } = {
    [needsLevel]: true,
    write(line) {
      const text = format === "json" ? line : formatLogLine(line);
      file?.write(text);
      if (quiet !== true || (writer.lastLevel ?? 0) >= errorLevel) write(text);
    },
  };
  return writer;
}

/** By this pino knows that a writer wants to know more than the line. */
const needsLevel = Symbol.for("pino.metadata");

/** pino's own writer knows how to wait for a pipe that is full. */
function writerToStandardError(pino: typeof import("pino").pino): (line: string) => void {
  const destination = pino.destination({ dest: 2, sync: true });
  // Whoever read our log is gone; that is no reason to go too.
  destination.on("error", () => {});
  return (line) => destination.write(line);
}

/** Says nothing; for tests. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
