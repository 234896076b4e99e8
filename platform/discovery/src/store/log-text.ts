/**
 * Batches and snapshots as the store keeps them: a line that says what it is, then a line for each
 * operation, so that an announcement's text is taken as it is and never written anew.
 *
 *     {"tavola":"discovery","format":1,"lines":3,"crc":"89abcdef",…}
 *     P <owner or -> {"announcementId":"…",…}
 *     W "…id…"
 *     E "…id…"
 *
 * Stores keep no checksums for their readers, so the first line has one over all that follows it.
 */

import { crc32 } from "node:zlib";
import type { Result } from "@tavola/base";
import { type Announcement, announcementOf } from "../core/announcement.ts";
import type { Operation } from "../core/operation.ts";

/** What this version writes, and the newest that it reads. */
export const logFormat = 1;

export type LogProblem = { readonly kind: "newer" | "damaged"; readonly what: string };

export interface DecodedLines {
  /** The first line, whatever else it says. */
  readonly line: Readonly<Record<string, unknown>>;
  readonly operations: readonly Operation[];
}

const newline = 0x0a;

export function formatOperation(operation: Operation): string {
  if (operation.kind === "put") return formatPut(operation.announcement);
  return `${operation.kind === "withdraw" ? "W" : "E"} ${JSON.stringify(operation.id)}`;
}

export function formatPut({ owner, json }: Announcement): string {
  return `P ${owner ?? "-"} ${json}`;
}

/** `about` goes into the first line. */
export function encodeLines(about: object, lines: readonly string[]): Uint8Array {
  const body = Buffer.from(lines.join("\n"));
  const line = {
    tavola: "discovery",
    format: logFormat,
    lines: lines.length,
    crc: checksum(body),
    ...about,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), body]);
}

export function decodeLines(value: Uint8Array): Result<DecodedLines, LogProblem> {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const end = bytes.indexOf(newline);
  const { value: line, error } = decodeLine(end < 0 ? bytes : bytes.subarray(0, end));
  if (error !== undefined) return { error };
  const body = end < 0 ? bytes.subarray(bytes.length) : bytes.subarray(end + 1);
  if (checksum(body) !== line["crc"]) return damaged("does not match its checksum");
  const operations: Operation[] = [];
  try {
    for (let from = 0; from < body.length; ) {
      const next = body.indexOf(newline, from);
      const to = next < 0 ? body.length : next;
      // A text of its own: a part of a larger one would keep all of that in memory.
      operations.push(parseOperation(body.toString("utf8", from, to)));
      from = to + 1;
    }
  } catch (cause) {
    return damaged(`has a line that is none (${(cause as Error).message})`);
  }
  if (operations.length !== line["lines"]) return damaged("has other lines than it says");
  return { value: { line, operations } };
}

/** The first line, or the head, which is nothing else. */
export function decodeLine(
  bytes: Uint8Array,
): Result<Readonly<Record<string, unknown>>, LogProblem> {
  let line: Record<string, unknown> | null;
  try {
    line = JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<string, unknown> | null;
  } catch {
    return damaged("does not begin as what a discovery server writes");
  }
  const format = line?.["format"];
  if (line?.["tavola"] !== "discovery" || !Number.isSafeInteger(format)) {
    return damaged("does not begin as what a discovery server writes");
  }
  if ((format as number) > logFormat) {
    const what = `has format ${format}, this version reads ${logFormat}`;
    return { error: { kind: "newer", what } };
  }
  return { value: line };
}

function parseOperation(line: string): Operation {
  const kind = line.slice(0, 2);
  if (kind === "P ") {
    const end = line.indexOf(" ", 2);
    const owner = line.slice(2, end);
    const announcement = announcementOf(line.slice(end + 1), owner === "-" ? undefined : owner);
    return { kind: "put", announcement };
  }
  const id: unknown = JSON.parse(line.slice(2));
  if (typeof id !== "string") throw new SyntaxError("an id is a string");
  if (kind === "W ") return { kind: "withdraw", id };
  if (kind === "E ") return { kind: "expire", id };
  throw new SyntaxError(`no operation begins with "${kind}"`);
}

function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, "0");
}

function damaged(what: string): { readonly error: LogProblem } {
  return { error: { kind: "damaged", what } };
}
