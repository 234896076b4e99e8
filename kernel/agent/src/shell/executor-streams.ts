/**
 * The open event streams of executors, by container: each event a record in the stream's own format.
 */

import type { ContainerId } from "@tavola/base";
import type { StreamSink } from "@tavola/host";
import { encodeBody, encodeRecord, executor, type MessageFormat } from "@tavola/protocol";

interface Stream {
  readonly sink: StreamSink;
  readonly format: MessageFormat;
}

export class ExecutorStreams {
  readonly #streams = new Map<ContainerId, Stream>();
  readonly #onDisconnected: (containerId: ContainerId) => void;

  /** Called when an executor's end of its newest stream goes away; not when we close it. */
  constructor(onDisconnected: (containerId: ContainerId) => void) {
    this.#onDisconnected = onDisconnected;
  }

  /** An executor has one stream; an older one is closed. */
  open(containerId: ContainerId, sink: StreamSink, format: MessageFormat): void {
    const older = this.#streams.get(containerId);
    const stream: Stream = { sink, format };
    this.#streams.set(containerId, stream);
    older?.sink.end();
    sink.onClose(() => {
      if (this.#streams.get(containerId) !== stream) return;
      this.#streams.delete(containerId);
      this.#onDisconnected(containerId);
    });
  }

  /** Lost without a stream. A slow reader is cut off by its sink. */
  send(containerId: ContainerId, event: executor.Event): void {
    const stream = this.#streams.get(containerId);
    stream?.sink.write(encodeRecord(encodeBody(executor.Event, stream.format, event)));
  }

  close(containerId: ContainerId): void {
    const stream = this.#streams.get(containerId);
    this.#streams.delete(containerId);
    stream?.sink.end();
  }

  closeAll(): void {
    for (const containerId of [...this.#streams.keys()]) this.close(containerId);
  }
}
