/**
 * A framework that costs as little as it can: protobuf over two raw connections, one for the events
 * and one for the calls. It neither reconnects nor retries; whatever goes wrong ends the benchmark.
 */
import {
  decodeMessage,
  encodeMessage,
  type FrameworkInfo,
  protobufType,
  RecordDecoder,
  scheduler,
} from "@tavola/protocol";
import { RawConnection } from "./raw-http.ts";

const path = "/api/v1/scheduler";

type Call = Omit<scheduler.Call, "framework_id">;

export class RawScheduler {
  readonly #events: RawConnection;
  readonly #calls: RawConnection;
  readonly #headers: Readonly<Record<string, string>>;
  readonly frameworkId: string;
  /** Gets every event after SUBSCRIBED, in order, also those that came before this was called. */
  readonly listen: (onEvent: (event: scheduler.Event) => void) => void;

  private constructor(
    connections: readonly [RawConnection, RawConnection],
    inbox: EventInbox,
    streamId: string,
    frameworkId: string,
  ) {
    [this.#events, this.#calls] = connections;
    this.listen = (onEvent) => inbox.listen(onEvent);
    this.#headers = { "Content-Type": protobufType, "Mesos-Stream-Id": streamId };
    this.frameworkId = frameworkId;
  }

  /** Resolves when subscribed. Gets no offers for `suppressedRoles`. */
  static async subscribe(
    masterUrl: string,
    framework: FrameworkInfo,
    suppressedRoles: readonly string[] = [],
  ): Promise<RawScheduler> {
    const events = await RawConnection.open(masterUrl);
    const calls = await RawConnection.open(masterUrl);
    const subscribed = Promise.withResolvers<string>();
    const inbox = new EventInbox();
    const decoder = new RecordDecoder();
    const response = await events.stream(
      {
        path,
        headers: { "Content-Type": protobufType, Accept: protobufType },
        body: encodeMessage(scheduler.Call, {
          type: "SUBSCRIBE",
          ...(framework.id !== undefined && { framework_id: framework.id }),
          subscribe: { framework_info: framework, suppressed_roles: suppressedRoles },
        }),
      },
      (chunk) => {
        for (const record of expectValue(decoder.push(chunk))) {
          const event = expectValue(decodeMessage(scheduler.Event, record));
          if (event.type === "ERROR") throw new Error(`framework: ${event.error?.message}`);
          if (event.type !== "SUBSCRIBED") inbox.receive(event);
          else subscribed.resolve(event.subscribed?.framework_id?.value ?? "");
        }
      },
    );
    const streamId = response.headers.get("mesos-stream-id");
    if (response.status !== 200 || streamId === undefined) {
      events.close();
      calls.close();
      throw new Error(`SUBSCRIBE was answered with ${response.status}`);
    }
    return new RawScheduler([events, calls], inbox, streamId, await subscribed.promise);
  }

  /** Resolves when the master has taken the call. Does not wait for calls before it. */
  async call(call: Call): Promise<void> {
    const body = encodeMessage(scheduler.Call, {
      framework_id: { value: this.frameworkId },
      ...call,
    });
    const { status } = await this.#calls.post({ path, headers: this.#headers, body });
    if (status !== 202) throw new Error(`${call.type} was answered with ${status}`);
  }

  /** From here on its connections may break: the master is about to be killed. */
  leave(): void {
    this.#events.expectEnd();
    this.#calls.expectEnd();
  }

  /** Ends the framework and its connections. */
  async teardown(): Promise<void> {
    this.#events.expectEnd();
    await this.call({ type: "TEARDOWN" });
    this.#events.close();
    this.#calls.close();
  }
}

/** Keeps events until somebody listens. */
class EventInbox {
  readonly #early: scheduler.Event[] = [];
  #onEvent: ((event: scheduler.Event) => void) | undefined;

  receive(event: scheduler.Event): void {
    if (this.#onEvent === undefined) this.#early.push(event);
    else this.#onEvent(event);
  }

  listen(onEvent: (event: scheduler.Event) => void): void {
    this.#onEvent = onEvent;
    for (const event of this.#early.splice(0)) onEvent(event);
  }
}

function expectValue<T>(result: { readonly value?: T; readonly error?: string }): T {
  if (result.value === undefined) throw new Error(result.error);
  return result.value;
}
