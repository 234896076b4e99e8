/**
 * How everything that is stored begins: a line that people can read and a machine can check.
 *
 *     tavola-registry/1 batch part=0 bytes=1234 crc=89abcdef needs=0.1.0\n
 *     <payload>
 *
 * The format grows by one when an older Tavola would misread or miss something: a new kind of
 * operation or record, a new field that matters. `needs` is the first Tavola that reads the format, so
 * that even one that does not can name it.
 */

import type { Result } from "@tavola/base";
import { crc32 } from "./crc32.ts";
import { corrupt, newer, type RegistryProblem } from "./registry-problem.ts";

/** What this version writes, and the newest that it reads. */
export const registryFormat = 1;

/** The first Tavola that reads `registryFormat`. */
const needs = "0.1.0";

/** Longest first line, its newline included. */
export const frameHeadBytesMax = 128;

export type FrameKind = "batch" | "snapshot";

export interface Frame {
  readonly kind: FrameKind;
  /** Which piece of a snapshot, from 0. Of a batch always 0. */
  readonly part: number;
  readonly payload: Uint8Array;
}

const headPattern =
  /^tavola-registry\/1 (batch|snapshot) part=(\d+) bytes=(\d+) crc=([0-9a-f]{8}) needs=\S+$/;
const anyFormat = /^tavola-registry\/(\d+) .*?(?:needs=(\S+))?$/;

export function encodeFrame({ kind, part, payload }: Frame): Uint8Array {
  const crc = crc32(payload).toString(16).padStart(8, "0");
  const line = `tavola-registry/${registryFormat} ${kind} part=${part} bytes=${payload.length} crc=${crc} needs=${needs}\n`;
  const head = new TextEncoder().encode(line);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/** `where` names the stored value in the error. */
export function decodeFrame(
  bytes: Uint8Array,
  kind: FrameKind,
  where: string,
): Result<Frame, RegistryProblem> {
  const end = bytes.subarray(0, frameHeadBytesMax).indexOf(0x0a);
  if (end < 0) return corrupt(where, "does not begin as a registry does");
  const line = new TextDecoder("latin1").decode(bytes.subarray(0, end));
  const [, format, tavolaMin = "a later version"] = anyFormat.exec(line) ?? [];
  if (format !== undefined && Number(format) > registryFormat) {
    return newer(where, `has format ${format}, this version reads ${registryFormat}`, tavolaMin);
  }
  const head = headPattern.exec(line);
  if (head === null) return corrupt(where, "does not begin as a registry does");
  const [, found, part, length, crc] = head;
  if (found !== kind) return corrupt(where, `is a ${found}, not a ${kind}`);
  const payload = bytes.subarray(end + 1);
  if (payload.length !== Number(length)) {
    return corrupt(where, `has ${payload.length} bytes after its first line, not ${length}`);
  }
  if (crc32(payload) !== Number.parseInt(crc ?? "", 16)) {
    return corrupt(where, "does not match its checksum");
  }
  return { value: { kind, part: Number(part), payload } };
}
