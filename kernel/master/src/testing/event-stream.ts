/**
 * A scheduler's end of its stream: the events as they come, decoded.
 */

import type { HttpClient } from "@tavola/host";
import {
  decodeMessage,
  type MessageFormat,
  parseMessageJson,
  RecordDecoder,
  scheduler,
} from "@tavola/protocol";
import { waitUntil } from "./wait-until.ts";

/** One event, and the record that it came in. */
export interface ReceivedEvent {
  readonly event: scheduler.Event;
  readonly record: Uint8Array;
}

export interface EventStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Body of an answer that is no stream. */
  readonly text: string;
  /** All events so far. */
  readonly events: readonly ReceivedEvent[];
  readonly hasEnded: boolean;
  /** The next event that was not yet taken; waits for it. */
  next(): Promise<ReceivedEvent>;
  /** Waits until the server ends it in order. */
  ended(): Promise<void>;
  /** Breaks the connection off. */
  abort(): void;
}

export async function openEventStream(
  client: HttpClient,
  request: {
    readonly url: string;
    readonly method?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array | string;
  },
  format: MessageFormat,
): Promise<EventStream> {
  const abort = new AbortController();
  const response = await client.request({ method: "POST", ...request, signal: abort.signal });
  const events: ReceivedEvent[] = [];
  const state = { hasEnded: false, taken: 0, text: "" };
  if (response.headers["mesos-stream-id"] === undefined) {
    state.text = Buffer.from(await response.body()).toString();
    state.hasEnded = true;
  } else {
    void read();
  }

  async function read(): Promise<void> {
    const records = new RecordDecoder();
    try {
      for await (const chunk of response.chunks()) {
        for (const record of records.push(chunk).value ?? []) {
          events.push({ event: eventOf(record, format), record });
        }
      }
      state.hasEnded = true;
    } catch {
      // Broken off, by us or by a master that went away: it has not ended in order.
    }
  }

  return {
    status: response.status,
    headers: response.headers,
    events,
    get text() {
      return state.text;
    },
    get hasEnded() {
      return state.hasEnded;
    },
    async next() {
      await waitUntil(() => events.length > state.taken, "an event");
      state.taken += 1;
      return events[state.taken - 1] as ReceivedEvent;
    },
    ended: () => waitUntil(() => state.hasEnded, "the end of the stream"),
    abort: () => abort.abort(),
  };
}

export function eventOf(record: Uint8Array, format: MessageFormat): scheduler.Event {
  const decoded =
    format === "json"
      ? parseMessageJson(scheduler.Event, Buffer.from(record).toString())
      : decodeMessage(scheduler.Event, record);
  if (decoded.error !== undefined) throw new Error(decoded.error);
  return decoded.value;
}
