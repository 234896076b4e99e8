/**
 * The open streams of HTTP schedulers: events go out as RecordIO in the scheduler's own format.
 *
 * One record is one HTTP chunk, as in Mesos (there are clients that count on it); what is written in
 * one turn of the event loop leaves in one system call.
 */

import type { StreamSink } from "@tavola/host";
import { encodeBody, encodeRecord, type MessageFormat, scheduler } from "@tavola/protocol";
import type { StreamId } from "../core/state.ts";

interface OpenStream {
  readonly format: MessageFormat;
  readonly sink: StreamSink;
}

export class SchedulerStreams {
  readonly #streams = new Map<StreamId, OpenStream>();
  /** The last event as it was encoded: an event for many frameworks is encoded once per format. */
  #last:
    | { event: scheduler.Event; records: Partial<Record<MessageFormat, Uint8Array>> }
    | undefined;

  /** `onLost` is called when the scheduler's side ends it, or it reads too slowly. */
  open(id: StreamId, format: MessageFormat, sink: StreamSink, onLost: () => void): void {
    this.#streams.set(id, { format, sink });
    sink.onClose(() => {
      if (this.#streams.delete(id)) onLost();
    });
  }

  send(id: StreamId, event: scheduler.Event): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.sink.write(this.#record(event, stream.format));
  }

  /** Ends it from our side. */
  close(id: StreamId): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    stream.sink.end();
  }

  closeAll(): void {
    for (const id of [...this.#streams.keys()]) this.close(id);
  }

  #record(event: scheduler.Event, format: MessageFormat): Uint8Array {
    if (this.#last?.event !== event) this.#last = { event, records: {} };
    const { records } = this.#last;
    records[format] ??= encodeRecord(encodeBody(scheduler.Event, format, event));
    return records[format];
  }
}
