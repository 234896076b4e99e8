/**
 * The master's operator API: one typed method for every call, and the event stream.
 *
 * ```ts
 * const operator = createOperatorClient({ masters: "127.0.0.1:5050" });
 * const { agents = [] } = await operator.call("GET_AGENTS");
 * await operator.call("TEARDOWN", { framework_id: { value: "…" } });
 * ```
 *
 * Finds the leader, sends a call again where it redirects, and waits a while when there is none.
 */

import type { CodedError } from "@tavola/base";
import { type MessageFormat, master } from "@tavola/protocol";
import { EventQueue } from "../event-queue.ts";
import { type FlatEvent, flattenEvent } from "../flat-event.ts";
import { createLeaderDetector, type LeaderDetector } from "../leader.ts";
import { Subscription } from "../subscription.ts";
import { type ClientWorld, type OpenWorld, openWorld } from "../world.ts";
import { ApiCalls } from "./api-calls.ts";
import { type AnswerOf, type CallArguments, callPart } from "./typed-calls.ts";

const limits = {
  queuedEventsMax: 4096,
  missedHeartbeatsMax: 5,
  firstSilenceMsMax: 15_000,
  backoff: { firstMs: 100, maxMs: 15_000 },
  patienceMs: 5000,
} as const;

export interface OperatorOptions {
  /**
   * `HOST:PORT`, several separated by commas, or a list; any of them leads to the leader. Or the store
   * in which they meet: `zk://HOST:PORT,HOST:PORT/PATH`, `etcd://…`.
   */
  readonly masters: string | readonly string[];
  /** Default "protobuf". */
  readonly format?: MessageFormat;
  /** How long to ask again while no master leads (503). Default 5 s. */
  readonly patienceMs?: number;
  readonly world?: ClientWorld;
}

/** Every call but SUBSCRIBE, which is `events`. */
export type OperatorCallType = Exclude<master.Call_Type, "UNKNOWN" | "SUBSCRIBE">;

/** SUBSCRIBED (with the whole state) comes first, and again after every DISCONNECTED. */
export type OperatorEvent =
  | FlatEvent<master.Event>
  | { readonly type: "DISCONNECTED"; readonly error: CodedError; readonly retry_in_ms: number };

/** Opens nothing until it is asked something. Throws CodedError MASTER_ADDRESS_INVALID. */
export function createOperatorClient(options: OperatorOptions): OperatorClient {
  return new OperatorClient(options);
}

/** Made by `createOperatorClient`. */
export class OperatorClient {
  readonly #world: OpenWorld;
  readonly #detector: LeaderDetector;
  readonly #format: MessageFormat;
  readonly #calls: ApiCalls<master.Call, master.Response>;

  constructor(options: OperatorOptions) {
    this.#format = options.format ?? "protobuf";
    this.#world = openWorld(options.world);
    this.#detector = createLeaderDetector(options.masters, this.#world);
    this.#calls = new ApiCalls({
      detector: this.#detector,
      callType: master.Call,
      responseType: master.Response,
      format: this.#format,
      patienceMs: options.patienceMs ?? limits.patienceMs,
      world: this.#world,
    });
  }

  /**
   * Rejects with a CodedError: CALL_REFUSED (`details.status`, `details.reason`), the connection's
   * errors, UNAVAILABLE when no master led in time.
   */
  call<Type extends OperatorCallType>(
    type: Type,
    ...[part, options]: CallArguments<master.Call, Type>
  ): Promise<AnswerOf<master.Response, Type>> {
    const answer = callPart(this.#calls, master.Response, type, part, options);
    return answer as Promise<AnswerOf<master.Response, Type>>;
  }

  /** What happens in the cluster, across reconnections, until the signal or the loop's end. */
  async *events(signal?: AbortSignal): AsyncGenerator<OperatorEvent, void> {
    const queue = new EventQueue<OperatorEvent>(limits.queuedEventsMax);
    const closing = new AbortController();
    const abort = (): void => closing.abort();
    if (signal?.aborted === true) return;
    signal?.addEventListener("abort", abort, { once: true });
    const running = this.#subscribe(queue, closing.signal)
      .run()
      .then(
        () => queue.end(),
        (error: unknown) => queue.fail(error),
      );
    try {
      while (true) {
        const event = await queue.take();
        if (event === undefined) return;
        yield event;
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      closing.abort();
      queue.end();
      await running;
    }
  }

  async close(): Promise<void> {
    await this.#detector.close();
    await this.#world.close();
  }

  #subscribe(queue: EventQueue<OperatorEvent>, signal: AbortSignal): Subscription<master.Event> {
    let silenceMsMax: number = limits.firstSilenceMsMax;
    return new Subscription({
      open: (connection) => this.#calls.open({ type: "SUBSCRIBE" }, connection),
      eventType: master.Event,
      format: this.#format,
      received: async (envelope) => {
        const event = flattenEvent(envelope);
        if (event === undefined) return;
        if (event.type === "SUBSCRIBED") {
          const heartbeatMs = (event.heartbeat_interval_seconds ?? 15) * 1000;
          silenceMsMax = heartbeatMs * limits.missedHeartbeatsMax;
        }
        await queue.room();
        queue.push(event);
      },
      silenceMsMax: () => silenceMsMax,
      lost: (error, retryInMs) => {
        queue.push({ type: "DISCONNECTED", error, retry_in_ms: retryInMs });
        return "retry";
      },
      backoff: limits.backoff,
      clock: this.#world.clock,
      random: this.#world.random,
      signal,
    });
  }
}
