/**
 * Writes of a batch made ready: one a record, as the JSON that it will be kept as.
 *
 * A batch is all or nothing, so only the last write of each record counts.
 */

import { CodedError, invariant } from "@tavola/base";
import { encodeFrame, recordBytesMax } from "./record-frame.ts";
import { isHashed, isKey, isKind, nameOfKey } from "./record-layout.ts";

/** One change of one record. */
export interface RecordWrite {
  /** A word: `request`, `pendingTask`. */
  readonly kind: string;
  /** Unique within its kind; what `isKey()` takes. */
  readonly key: string;
  /** JSON; undefined removes the record, and that of one that is not there is no error. */
  readonly value: unknown;
}

export interface EncodedWrite {
  readonly kind: string;
  readonly key: string;
  /** Undefined: the record is removed. */
  readonly json: Uint8Array | undefined;
}

/** What the record's nodes will hold; none when it is removed. */
export function partsOf({ key, json }: EncodedWrite): readonly Uint8Array[] {
  if (json === undefined) return [];
  return encodeFrame(json, isHashed(nameOfKey(key)) ? key : undefined);
}

/** Throws TOO_LARGE, naming the record. */
export function encodeWrites(writes: readonly RecordWrite[]): readonly EncodedWrite[] {
  const last = new Map<string, RecordWrite>();
  for (const write of writes) {
    const name = `${write.kind}/${write.key}`;
    // Behind those that came in between, as the last write of it does.
    last.delete(name);
    last.set(name, write);
  }
  return [...last.values()].map(encodeWrite);
}

function encodeWrite({ kind, key, value }: RecordWrite): EncodedWrite {
  invariant(isKind(kind), `"${kind}" is no kind of record`);
  // Here, and not when it is carried over: what is decided then waits for every leader to come.
  invariant(isKey(key), `a ${kind}'s key of ${key.length} characters is none`);
  if (value === undefined) return { kind, key, json: undefined };
  const text = JSON.stringify(value);
  invariant(text !== undefined, `record ${kind} "${key}" is JSON`);
  const json = Buffer.from(text);
  if (json.length > recordBytesMax) {
    throw new CodedError(
      "TOO_LARGE",
      `record ${kind} "${key}" has ${json.length} bytes; at most ${recordBytesMax} are kept: ` +
        "leave large files out of it, and name where they can be fetched",
      { kind, key, bytes: json.length, bytesMax: recordBytesMax },
    );
  }
  return { kind, key, json };
}
