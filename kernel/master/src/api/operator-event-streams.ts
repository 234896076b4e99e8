/**
 * The operator API's event stream: everybody who asked SUBSCRIBE hears of tasks, agents and frameworks.
 *
 * A new subscriber is first told the whole state, then a heartbeat at once and every 15 seconds. An
 * event is encoded once per format, however many listen. The number of subscribers is bounded: above
 * it the oldest is closed, as in Mesos. A slow one is cut off by its sink.
 */

import type { Clock, StreamingResponse, StreamSink, Timer } from "@tavola/host";
import { encodeBody, encodeRecord, type MessageFormat, master, mediaTypes } from "@tavola/protocol";
import type { OperatorEvent } from "../core/effects.ts";
import { operatorEventMessage } from "./operator-event-message.ts";

export interface OperatorEventStreamsOptions {
  readonly clock: Clock;
  /** At least 1. */
  readonly subscribersMax: number;
  /** Stops at the returned function. */
  readonly subscribe: (listener: (event: OperatorEvent) => void) => () => void;
  /** The SUBSCRIBED event, whole, as of now. */
  readonly subscribed: (format: MessageFormat) => Uint8Array;
}

/** Mesos's; each subscriber is told. */
export const heartbeatIntervalMs = 15_000;

interface Subscriber {
  readonly sink: StreamSink;
  readonly format: MessageFormat;
  heartbeat: Timer | undefined;
}

export class OperatorEventStreams {
  readonly #options: OperatorEventStreamsOptions;
  /** Oldest first. */
  readonly #subscribers = new Set<Subscriber>();
  /** While anybody listens. */
  #unsubscribe: (() => void) | undefined;

  constructor(options: OperatorEventStreamsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** The answer to SUBSCRIBE. */
  open(format: MessageFormat): StreamingResponse {
    return {
      status: 200,
      headers: { "Content-Type": mediaTypes[format] },
      stream: (sink) => this.#add({ sink, format, heartbeat: undefined }),
    };
  }

  /** Cancels the heartbeats. The streams end with the endpoint. */
  close(): void {
    for (const subscriber of this.#subscribers) this.#remove(subscriber);
  }

  #add(subscriber: Subscriber): void {
    const { sink, format } = subscriber;
    // The state and what happens from now on: nothing comes in between, this is one turn.
    sink.write(encodeRecord(this.#options.subscribed(format)));
    this.#unsubscribe ??= this.#options.subscribe((event) => this.#send(event));
    this.#subscribers.add(subscriber);
    sink.onClose(() => this.#remove(subscriber));
    this.#beat(subscriber);
    this.#closeOldest();
  }

  #remove(subscriber: Subscriber): void {
    subscriber.heartbeat?.cancel();
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #closeOldest(): void {
    for (const oldest of this.#subscribers) {
      if (this.#subscribers.size <= this.#options.subscribersMax) return;
      this.#remove(oldest);
      oldest.sink.end();
    }
  }

  #beat(subscriber: Subscriber): void {
    if (!this.#subscribers.has(subscriber)) return;
    subscriber.sink.write(record(subscriber.format, { type: "HEARTBEAT" }));
    subscriber.heartbeat = this.#options.clock.after(heartbeatIntervalMs, () =>
      this.#beat(subscriber),
    );
  }

  /** PERF: O(subscribers); encodes at most twice. */
  #send(event: OperatorEvent): void {
    const message = operatorEventMessage(event);
    const records: Partial<Record<MessageFormat, Uint8Array>> = {};
    for (const { sink, format } of [...this.#subscribers]) {
      const bytes = records[format] ?? record(format, message);
      records[format] = bytes;
      sink.write(bytes);
    }
  }
}

function record(format: MessageFormat, event: master.Event): Uint8Array {
  return encodeRecord(encodeBody(master.Event, format, event));
}
