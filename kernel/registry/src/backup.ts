/**
 * A whole registry in one file: the chunks of a snapshot, one after the other. Each says in its first
 * line how long it is.
 */

import type { Result } from "@tavola/base";
import { decodeFrame, frameHeadBytesMax } from "./frame.ts";
import { corrupt, type RegistryProblem } from "./registry-problem.ts";
import type { RegistryState } from "./registry-state.ts";
import { decodeSnapshot } from "./snapshot-decoder.ts";
import { encodeSnapshot } from "./snapshot-encoder.ts";

/** PERF: O(registry). */
export function encodeBackup(state: RegistryState): Uint8Array {
  const chunks = [...encodeSnapshot(state)];
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** `where` names the file in an error. */
export function decodeBackup(
  bytes: Uint8Array,
  where: string,
): Result<RegistryState, RegistryProblem> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = chunkLength(bytes.subarray(at, at + frameHeadBytesMax));
    if (length === undefined) return noChunk(bytes, at, where);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return decodeSnapshot(chunks, where);
}

function noChunk(bytes: Uint8Array, at: number, where: string) {
  const { error } = decodeFrame(bytes.subarray(at), "snapshot", where);
  if (error?.code === "REGISTRY_NEWER") return { error };
  return corrupt(where, `has no chunk of a snapshot at byte ${at}`);
}

/** Its first line included. One that is cut off is noticed when it is decoded. */
function chunkLength(start: Uint8Array): number | undefined {
  const end = start.indexOf(0x0a);
  const line = new TextDecoder("latin1").decode(start.subarray(0, Math.max(0, end)));
  const payload = /^tavola-registry\/\d+ .* bytes=(\d+) /.exec(line)?.[1];
  return payload === undefined ? undefined : end + 1 + Number(payload);
}
