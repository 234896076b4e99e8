/**
 * A batch: the operations that become durable together, in order. One entry of the log.
 *
 * Each operation is encoded once, when it comes; whoever gathers a batch counts its bytes as it grows
 * (`batchBytes`) and closes it in time. One that is too large for a log entry by itself, such as the
 * maintenance schedule of a large cluster, is stored as a snapshot that has it applied.
 */

import type { Result } from "@tavola/base";
import { decodeFrame, encodeFrame, frameHeadBytesMax } from "./frame.ts";
import { decodeOperation } from "./operation-codec.ts";
import { joinRecords, recordStreamBytes, splitRecords } from "./record-stream.ts";
import type { RegistryOperation } from "./registry-operation.ts";
import { corrupt, type RegistryProblem } from "./registry-problem.ts";

/** An upper bound of what `encodeBatch` makes of them. */
export function batchBytes(encoded: readonly Uint8Array[]): number {
  return frameHeadBytesMax + recordStreamBytes(encoded);
}

/** Of operations as `encodeOperation` made them. */
export function encodeBatch(encoded: readonly Uint8Array[]): Uint8Array {
  return encodeFrame({ kind: "batch", part: 0, payload: joinRecords(encoded) });
}

/** `where` names the stored value in an error: `log/17 in zk://…`. */
export function decodeBatch(
  bytes: Uint8Array,
  where: string,
): Result<readonly RegistryOperation[], RegistryProblem> {
  const frame = decodeFrame(bytes, "batch", where);
  if (frame.error !== undefined) return frame;
  const operations: RegistryOperation[] = [];
  const split = splitRecords(frame.value.payload, (record, index) => {
    const decoded = decodeOperation(record);
    if (decoded.error !== undefined) return `: operation ${index} ${decoded.error}`;
    operations.push(decoded.value);
    return undefined;
  });
  return split.error === undefined ? { value: operations } : corrupt(where, split.error);
}
