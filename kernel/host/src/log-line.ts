/**
 * A log event as one line for people.
 *
 *     2026-11-20 21:37:11.123 INFO  master  agent registered  agent=a-S0 host=10.0.0.1
 *
 * What comes from outside may hold line breaks and escape sequences; they are shown, not obeyed, so
 * that nobody can forge a line of the log.
 */

import { CodedError, describeError } from "@tavola/base";

/** Those of a line itself; a field of the same name gets an underscore. */
const ownKeys: ReadonlySet<string> = new Set(["level", "time", "daemon", "msg"]);

export function withoutOwnKeys(fields: Record<string, unknown>): Record<string, unknown> {
  if (!Object.keys(fields).some((key) => ownKeys.has(key))) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [ownKeys.has(key) ? `${key}_` : key, value]),
  );
}

/** `json` is one line as pino writes it; comes back with its line end. */
export function formatLogLine(json: string): string {
  const event = JSON.parse(json) as Record<string, unknown>;
  const time = String(event["time"]).replace("T", " ").replace("Z", "");
  const level = String(event["level"]).toUpperCase().padEnd(5);
  let line = `${time} ${level} ${event["daemon"]}  ${printable(String(event["msg"] ?? ""))}`;
  let separator = "  ";
  for (const [key, value] of Object.entries(event)) {
    if (ownKeys.has(key) || value === undefined) continue;
    line += `${separator}${key}=${formatValue(value)}`;
    separator = " ";
  }
  return `${line}\n`;
}

/** What pino writes of an `error` field. */
export function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = describeError(error);
  if (error instanceof CodedError) return { code: error.code, message, ...error.details };
  return { message, stack: error.stack };
}

function formatValue(value: unknown): string {
  if (typeof value === "object" && value !== null && "message" in value) {
    const { code, message, stack } = value as Record<string, unknown>;
    const text = `${code === undefined ? "" : `${code}: `}${message}`;
    return quoted(typeof stack === "string" ? `${text} ${placesOf(stack)}` : text);
  }
  return typeof value === "string" ? quoted(value) : printable(JSON.stringify(value) ?? "");
}

/** The calls of a stack, without the message before them. */
function placesOf(stack: string): string {
  return (stack.match(/^ +at .*$/gm) ?? []).map((line) => line.trim()).join(" ");
}

function quoted(text: string): string {
  return /^[^\s"=]+$/.test(text) ? printable(text) : printable(JSON.stringify(text));
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what this is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    if (character === "\n") return "\\n";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
