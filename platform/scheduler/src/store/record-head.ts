/**
 * The head of the records: who writes them, how many there are, and which batches may not be in place.
 *
 * Every transaction sets it, at the version at which its writer left it. So who takes over (by setting
 * it first) makes all writes of the former leader fail, whenever they arrive; and who does not know
 * whether a transaction was done looks at `writes`. The count finds records that somebody removed.
 */

import type { Result } from "@tavola/base";
import { type FrameProblem, isCount } from "./record-frame.ts";

/** What this version writes, and the only one that it reads: nothing older was ever released. */
const headFormat = 2;

export interface RecordHead {
  /** One more with every leader. */
  readonly epoch: number;
  /** Who took over last, for people. */
  readonly writer: string;
  /** Of that one time: no two ever are the same, also of one writer that was started again. */
  readonly nonce: string;
  /** Transactions so far. */
  readonly writes: number;
  /** Records that lie in their places. */
  readonly records: number;
  /** Decided, and perhaps not in their places: what `journal.ts` wrote under these numbers. */
  readonly journal: { readonly from: number; readonly to: number };
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
  if (json.format < headFormat) return damaged(`has format ${json.format}, which no release wrote`);
  const { epoch, writer, nonce, writes, records, journal } = json;
  const isHead =
    isCount(epoch) &&
    typeof writer === "string" &&
    typeof nonce === "string" &&
    isCount(writes) &&
    isCount(records) &&
    isCount(journal?.from) &&
    isCount(journal.to) &&
    journal.from <= journal.to;
  if (!isHead) return damaged("lacks a field, or has a wrong one");
  return { value: { epoch, writer, nonce, writes, records, journal } };
}

function damaged(what: string): { readonly error: FrameProblem } {
  return { error: { kind: "damaged", what } };
}
