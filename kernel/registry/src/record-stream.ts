/**
 * Records one after the other, each behind its length: four bytes, the lowest first.
 */

import type { Result } from "@tavola/base";

const lengthBytes = 4;

export function recordStreamBytes(records: readonly Uint8Array[]): number {
  return records.reduce((sum, { length }) => sum + lengthBytes + length, 0);
}

export function joinRecords(records: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(recordStreamBytes(records));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const record of records) {
    view.setUint32(at, record.length, true);
    bytes.set(record, at + lengthBytes);
    at += lengthBytes + record.length;
  }
  return bytes;
}

/** Calls `take` with each record, a view into `bytes`. Stops at the first error, its own or `take`'s. */
export function splitRecords(
  bytes: Uint8Array,
  take: (record: Uint8Array, index: number) => string | undefined,
): Result<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let index = 0;
  while (at < bytes.length) {
    if (at + lengthBytes > bytes.length) return { error: `ends within record ${index}` };
    const end = at + lengthBytes + view.getUint32(at, true);
    if (end > bytes.length) return { error: `ends within record ${index}` };
    const error = take(bytes.subarray(at + lengthBytes, end), index);
    if (error !== undefined) return { error };
    at = end;
    index += 1;
  }
  return { value: index };
}

/** How many of the bytes are whole records; what follows is the beginning of one. */
export function wholeRecordsBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + lengthBytes <= bytes.length) {
    const end = at + lengthBytes + view.getUint32(at, true);
    if (end > bytes.length) break;
    at = end;
  }
  return at;
}
