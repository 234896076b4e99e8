/**
 * What masters write to schedulers' streams, readable in the log.
 */

import { decodeMessage, RecordDecoder, scheduler } from "@tavola/protocol";
import { readableEvent } from "../world/message-text.ts";

/** The events in a chunk of a stream; heartbeats say nothing. */
export function readableChunk(chunk: Uint8Array): string {
  const records = new RecordDecoder().push(chunk).value ?? [];
  return records
    .map((record) => decodeMessage(scheduler.Event, record).value)
    .filter((event) => event !== undefined)
    .map(readableEvent)
    .join("; ");
}
