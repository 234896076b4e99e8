/**
 * Messages in checkpoint files: each its length (4 bytes, little-endian), then its protobuf.
 *
 * A file that is replaced whole holds one; `task.updates` grows by one at a time, so that the last of
 * its records may be torn. Source: stout's protobuf.hpp.
 */

import type { Result } from "@tavola/base";
import { decodeMessage, encodeMessage, type MessageType } from "@tavola/protocol";

const lengthBytes = 4;
/** No message is as long: a length above it is no half-written record, but no record at all. */
const messageBytesMax = 64 * 1024 * 1024;

export function encodeCheckpoint<T>(type: MessageType<T>, message: T): Uint8Array {
  const body = encodeMessage(type, message);
  const bytes = new Uint8Array(lengthBytes + body.length);
  new DataView(bytes.buffer).setUint32(0, body.length, true);
  bytes.set(body, lengthBytes);
  return bytes;
}

/** The one message of a file. */
export function decodeCheckpoint<T>(type: MessageType<T>, bytes: Uint8Array): Result<T> {
  const { records, tornBytes, error } = decodeCheckpoints(type, bytes);
  const [first, ...more] = records;
  if (error !== undefined) return { error };
  if (first === undefined || more.length > 0 || tornBytes > 0) {
    return { error: `expected one whole message, found ${records.length} and ${tornBytes} bytes` };
  }
  return { value: first };
}

export interface DecodedCheckpoints<T> {
  readonly records: readonly T[];
  /** Bytes at the end that are no whole record. */
  readonly tornBytes: number;
  /** Set when a whole record could not be read; those before it are in `records`. */
  readonly error: string | undefined;
}

export function decodeCheckpoints<T>(
  type: MessageType<T>,
  bytes: Uint8Array,
): DecodedCheckpoints<T> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: T[] = [];
  let offset = 0;
  while (bytes.length - offset >= lengthBytes) {
    const length = view.getUint32(offset, true);
    const start = offset + lengthBytes;
    if (length > messageBytesMax) {
      const error = `record ${records.length + 1}: a length of ${length} bytes cannot be`;
      return { records, tornBytes: bytes.length - offset, error };
    }
    if (bytes.length - start < length) break;
    const message = decodeMessage(type, bytes.subarray(start, start + length));
    if (message.error !== undefined) {
      const error = `record ${records.length + 1}: ${message.error}`;
      return { records, tornBytes: bytes.length - offset, error };
    }
    records.push(message.value);
    offset = start + length;
  }
  return { records, tornBytes: bytes.length - offset, error: undefined };
}
