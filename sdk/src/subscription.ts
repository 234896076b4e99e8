/**
 * A subscription that stays: opens the event stream, reads it, and opens it again when it breaks.
 *
 * ```
 *   connecting --200--> streaming --end, broken, silent, interrupt()--> waiting --back-off--> connecting
 *        |                                                                  ^
 *        +-- transient error -----------------------------------------------+
 *        +-- any other error: run() rejects
 * ```
 *
 * Reads only as fast as `received` takes. Silence counts only while it waits for the peer, so that
 * a slow consumer is not taken for a dead master.
 */

import { CodedError, type Instant, type Random } from "@tavola/base";
import type { Clock, HttpClientResponse } from "@tavola/host";
import { type MessageFormat, type MessageType, RecordDecoder } from "@tavola/protocol";
import { decodeAs } from "./api-request.ts";
import { type BackoffLimits, backoffMs } from "./backoff.ts";

export interface SubscriptionOptions<E> {
  /** Sends SUBSCRIBE; resolves with the 200 answer. A transient CodedError is tried again, any other ends it. */
  readonly open: (signal: AbortSignal) => Promise<HttpClientResponse>;
  readonly eventType: MessageType<E>;
  readonly format: MessageFormat;
  /** Each event in order; the next is read when this resolves. What it throws ends the subscription. */
  readonly received: (event: E) => void | Promise<void>;
  /** How long the peer may say nothing; undefined for ever. Asked again and again. */
  readonly silenceMsMax: () => number | undefined;
  /** The stream broke or could not be opened. "end" gives up: run() resolves. */
  readonly lost: (error: CodedError, retryInMs: number) => "retry" | "end";
  readonly backoff: BackoffLimits;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends it: run() resolves. */
  readonly signal: AbortSignal;
}

export class Subscription<E> {
  readonly #options: SubscriptionOptions<E>;
  #connection: AbortController | undefined;
  #attempts = 0;
  #pause: AbortController | undefined;
  #waitingSince: Instant | undefined;

  constructor(options: SubscriptionOptions<E>) {
    this.#options = options;
  }

  /** Resolves when the signal ends it or `lost` gives up; rejects with what is beyond retrying. */
  async run(): Promise<void> {
    const { signal, random, backoff, lost, clock } = this.#options;
    while (!signal.aborted) {
      const error = await this.#connectOnce();
      if (signal.aborted) return;
      const retryInMs = backoffMs(this.#attempts, backoff, random);
      this.#attempts += 1;
      if (lost(error, retryInMs) === "end") return;
      await this.#waitToRetry(clock, retryInMs, signal);
    }
  }

  /** The peer is known to be there (again): does not wait any longer before the next try. */
  retryNow(): void {
    this.#attempts = 0;
    this.#pause?.abort();
  }

  async #waitToRetry(clock: Clock, retryInMs: number, signal: AbortSignal): Promise<void> {
    const pause = new AbortController();
    const end = (): void => pause.abort();
    this.#pause = pause;
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    await delay(clock, retryInMs, pause.signal);
    signal.removeEventListener("abort", end);
    this.#pause = undefined;
  }

  /** Breaks the present connection, if any, as if it had broken by itself for this reason. */
  interrupt(reason: CodedError): void {
    this.#connection?.abort(reason);
  }

  /** Why the connection ended, when that is worth another try. */
  async #connectOnce(): Promise<CodedError> {
    const connection = new AbortController();
    this.#connection = connection;
    const { signal } = this.#options;
    const forward = (): void => connection.abort(signal.reason);
    signal.addEventListener("abort", forward, { once: true });
    this.#waitingSince = this.#options.clock.now();
    const watch = this.#watchSilence(connection);
    try {
      await this.#read(connection.signal);
      return new CodedError("STREAM_ENDED", "the event stream was closed", {}, { transient: true });
    } catch (error) {
      const reason: unknown = connection.signal.reason;
      if (connection.signal.aborted && reason instanceof CodedError) return reason;
      if (signal.aborted || (error instanceof CodedError && error.transient)) {
        return error as CodedError;
      }
      throw error;
    } finally {
      watch.cancel();
      signal.removeEventListener("abort", forward);
      connection.abort();
      this.#connection = undefined;
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { clock, open, received, eventType, format } = this.#options;
    const response = await open(signal);
    const decoder = new RecordDecoder();
    for await (const chunk of response.chunks()) {
      this.#waitingSince = undefined;
      const records = decoder.push(chunk);
      if (records.error !== undefined) throw malformed(records.error);
      for (const record of records.value) {
        const event = decodeAs(format, eventType, record);
        if (event.error !== undefined) throw malformed(event.error);
        this.#attempts = 0;
        const taken = received(event.value);
        if (taken !== undefined) await taken;
        if (signal.aborted) return;
      }
      this.#waitingSince = clock.now();
    }
  }

  /** Looks a few times per allowed silence. PERF: one timer per stream, nothing per event. */
  #watchSilence(connection: AbortController): { cancel(): void } {
    const { clock, silenceMsMax } = this.#options;
    let timer: { cancel(): void } | undefined;
    const look = (): void => {
      const limitMs = silenceMsMax();
      const silentMs = this.#waitingSince === undefined ? 0 : clock.now() - this.#waitingSince;
      if (limitMs !== undefined && silentMs > limitMs) {
        const seconds = Math.round(silentMs / 1000);
        connection.abort(
          new CodedError(
            "HEARTBEATS_MISSED",
            `nothing was heard for ${seconds} s, not even a heartbeat`,
            { silentMs },
            { transient: true },
          ),
        );
        return;
      }
      timer = clock.after((limitMs ?? 10_000) / 5, look);
    };
    look();
    return { cancel: () => timer?.cancel() };
  }
}

function malformed(reason: string): CodedError {
  return new CodedError(
    "STREAM_MALFORMED",
    `the event stream cannot be read: ${reason}`,
    {},
    { transient: true },
  );
}

/** Resolves after `delayMs`, or at once when `signal` is aborted. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.after(delayMs, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
