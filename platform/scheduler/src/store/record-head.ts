/**
 * The head of the records: who writes them, how many there are, and which batch is half in its place.
 *
 * Every transaction sets it, at the version at which its writer left it. So who takes over (by setting
 * it first) makes all writes of the former leader fail, whenever they arrive; and who does not know
 * whether a transaction was done looks at `writes`. The count finds records that somebody removed.
 */

import type { Result } from "@tavola/base";
import { type FrameProblem, isCount } from "./record-frame.ts";

/** What this version writes, and the newest that it reads. */
const headFormat = 1;

export interface RecordHead {
  /** One more with every leader. */
  readonly epoch: number;
  /** Who took over last, for people. */
  readonly writer: string;
  /** Of that one time: no two ever are the same, also of one writer that was started again. */
  readonly nonce: string;
  /** Transactions so far. */
  readonly writes: number;
  /** Records that there are. */
  readonly records: number;
  /** Decided, and perhaps in part in its place: whoever leads puts it there before anything else. */
  readonly batch?: BatchHead;
}

export interface BatchHead {
  readonly id: string;
  readonly pieces: number;
  readonly bytes: number;
  readonly crc: string;
}

export function encodeHead(head: RecordHead): Uint8Array {
  return Buffer.from(JSON.stringify({ tavola: "scheduler", format: headFormat, ...head }));
}

export function decodeHead(value: Uint8Array): Result<RecordHead, FrameProblem> {
  let json: Partial<RecordHead & { tavola: string; format: number }>;
  try {
    json = JSON.parse(Buffer.from(value).toString("utf8"));
  } catch {
    return damaged("is not JSON");
  }
  if (json?.tavola !== "scheduler" || !isCount(json.format)) {
    return damaged("is not a scheduler's");
  }
  if (json.format > headFormat) {
    const what = `has format ${json.format}, this version reads ${headFormat}`;
    return { error: { kind: "newer", what } };
  }
  const { epoch, writer, nonce, writes, records, batch } = json;
  const isHead =
    isCount(epoch) &&
    typeof writer === "string" &&
    typeof nonce === "string" &&
    isCount(writes) &&
    isCount(records) &&
    (batch === undefined || isBatch(batch));
  if (!isHead) return damaged("lacks a field, or has a wrong one");
  const head = { epoch, writer, nonce, writes, records };
  return { value: batch === undefined ? head : { ...head, batch } };
}

function isBatch({ id, pieces, bytes, crc }: Partial<BatchHead>): boolean {
  return typeof id === "string" && isCount(pieces) && isCount(bytes) && typeof crc === "string";
}

function damaged(what: string): { readonly error: FrameProblem } {
  return { error: { kind: "damaged", what } };
}
