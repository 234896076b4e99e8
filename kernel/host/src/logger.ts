/**
 * Logs: one event a line. STUB of signatures; replaced.
 */

export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface LoggerOptions {
  /** Which daemon speaks, e.g. "master". */
  readonly name: string;
  readonly format: "text" | "json";
  readonly level?: "debug" | "info" | "warn" | "error";
}

/** Writes to standard error. */
export function createLogger(_options: LoggerOptions): Logger {
  throw new Error("not there yet");
}

/** Says nothing; for tests. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
