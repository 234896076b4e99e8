/**
 * A record as it is stored: a line that says what it is, then its JSON.
 *
 *     {"tavola":"record","format":1,"parts":1,"bytes":17,"crc":"89abcdef"}\n
 *     {"id":"my-service"}
 *
 * What does not fit into one value goes on in further ones, which hold nothing but the rest. Stores
 * keep no checksums for their readers, so the line has one over all of the JSON.
 */

import { crc32 } from "node:zlib";
import type { Result } from "@tavola/base";
import { valueBytesMax } from "@tavola/coordination";

/** What this version writes, and the newest that it reads. */
const recordFormat = 1;
/** Of the JSON. What comes by the API is bounded far below it; a mail that waits has two such things in it. */
export const recordBytesMax = 32 * 1024 * 1024;
/** Leaves room for the line, and for the head in the same transaction. */
const partBytes = valueBytesMax - 32 * 1024;
/** A hashed key is in the line; longer keys than this fit nowhere. */
const lineBytesMax = 24 * 1024;

export interface FrameLine {
  readonly parts: number;
  readonly bytes: number;
  readonly crc: string;
  /** Only of a record whose name is a hash. */
  readonly key?: string;
}

export interface Frame {
  readonly line: FrameLine;
  /** Of the JSON, as far as it is in the first value. */
  readonly body: Uint8Array;
}

export type FrameProblem = { readonly kind: "newer" | "damaged"; readonly what: string };

/** The values that the record is kept in. `key`: given where its name does not tell it. */
export function encodeFrame(json: Uint8Array, key: string | undefined): readonly Uint8Array[] {
  const parts = Math.max(1, Math.ceil(json.length / partBytes));
  const line = {
    tavola: "record",
    format: recordFormat,
    parts,
    bytes: json.length,
    crc: checksum(json),
    key,
  };
  const first = Buffer.concat([
    Buffer.from(`${JSON.stringify(line)}\n`),
    json.subarray(0, partBytes),
  ]);
  const rest = Array.from({ length: parts - 1 }, (_, part) =>
    json.subarray((part + 1) * partBytes, (part + 2) * partBytes),
  );
  return [first, ...rest];
}

export function decodeFrame(value: Uint8Array): Result<Frame, FrameProblem> {
  const end = value.subarray(0, lineBytesMax).indexOf(0x0a);
  if (end < 0) return damaged("is not a record of a scheduler");
  let line: Partial<FrameLine & { tavola: string; format: number }>;
  try {
    line = JSON.parse(Buffer.from(value.buffer, value.byteOffset, end).toString("utf8"));
  } catch {
    return damaged("does not begin as a record of a scheduler does");
  }
  if (line?.tavola !== "record" || !isCount(line.format)) {
    return damaged("does not begin as a record of a scheduler does");
  }
  if (line.format > recordFormat) {
    const what = `has format ${line.format}, this version reads ${recordFormat}`;
    return { error: { kind: "newer", what } };
  }
  const { parts, bytes, crc, key } = line;
  const isLine = isCount(parts) && parts > 0 && isCount(bytes) && typeof crc === "string";
  if (!isLine) return damaged("lacks a field in its first line");
  const known = { parts, bytes, crc, ...(key === undefined ? {} : { key }) };
  return { value: { line: known, body: value.subarray(end + 1) } };
}

/** The record's value out of its first frame and what is in its other nodes. */
export function decodeRecord(
  { line, body }: Frame,
  rest: readonly Uint8Array[],
): Result<unknown, FrameProblem> {
  const json = rest.length === 0 ? Buffer.from(body) : Buffer.concat([body, ...rest]);
  if (json.length !== line.bytes) {
    return damaged(`has ${json.length} bytes, not the ${line.bytes} that were written`);
  }
  if (checksum(json) !== line.crc) return damaged("does not match its checksum");
  try {
    return { value: JSON.parse(json.toString("utf8")) };
  } catch {
    return damaged("is not JSON, though its checksum is right");
  }
}

/** Eight hexadecimal digits: finds the accidents of disks and hands, not malice. */
function checksum(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, "0");
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function damaged(what: string): { readonly error: FrameProblem } {
  return { error: { kind: "damaged", what } };
}
