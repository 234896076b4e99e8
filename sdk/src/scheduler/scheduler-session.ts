/**
 * One framework's session with whichever master leads: the subscription, and calls within it.
 *
 * Owns the stream id, the framework's id, and what SUBSCRIBE says on the way back. Calls are sent in
 * the order they were made, except acknowledgements, which no order binds. Does not know what the
 * calls mean.
 */

import { CodedError } from "@tavola/base";
import type { HttpClientResponse } from "@tavola/host";
import { type FrameworkID, type MessageFormat, scheduler } from "@tavola/protocol";
import { refusalOf, sendCall } from "../api-request.ts";
import { CallLane } from "../call-lane.ts";
import type { LeaderDetector } from "../leader.ts";
import type { OpenWorld } from "../world.ts";

const apiPath = "/api/v1/scheduler";
const redirectsMax = 5;

export interface SchedulerSessionOptions {
  readonly detector: LeaderDetector;
  readonly format: MessageFormat;
  readonly world: OpenWorld;
  /** What SUBSCRIBE is to say now. */
  readonly subscribe: () => scheduler.Call_Subscribe;
  /** A call showed that the master leads no longer, or that nobody knows whether it has the call. */
  readonly connectionLost: (reason: CodedError) => void;
  readonly signal: AbortSignal;
}

interface Connection {
  readonly url: string;
  readonly streamId: string;
}

export class SchedulerSession {
  readonly #options: SchedulerSessionOptions;
  readonly #lane = new CallLane();
  #connection: Connection | undefined;
  /** Set by the first SUBSCRIBED, or by the author. */
  frameworkId: FrameworkID | undefined;

  constructor(options: SchedulerSessionOptions) {
    this.#options = options;
  }

  /** Sends SUBSCRIBE to the leader, wherever redirects lead; resolves with its 200 answer. */
  async open(signal: AbortSignal): Promise<HttpClientResponse> {
    const { detector } = this.#options;
    for (let hop = 0; hop <= redirectsMax; hop += 1) {
      const url = await detector.current(signal);
      let response: HttpClientResponse;
      try {
        response = await this.#subscribeAt(url, signal);
      } catch (error) {
        detector.failed(url);
        throw error;
      }
      if (response.status === 307) {
        await response.body();
        detector.redirected(response.headers["location"] ?? "");
        continue;
      }
      if (response.status !== 200) {
        const refusal = await refusalOf("SUBSCRIBE", response);
        if (refusal.transient) detector.failed(url);
        throw refusal;
      }
      const streamId = response.headers["mesos-stream-id"] ?? "";
      this.#connection = { url, streamId };
      return response;
    }
    detector.failed(await detector.current(signal));
    throw new CodedError(
      "REDIRECT_LOOP",
      `the masters redirected ${redirectsMax + 1} times without one that leads`,
      {},
      { transient: true },
    );
  }

  /** Another leads, says the store: the connection to the one before is of no use. */
  leaderChanged(url: string): void {
    if (this.#connection === undefined || this.#connection.url === url) return;
    const { connectionLost } = this.#options;
    connectionLost(
      new CodedError(
        "LEADERSHIP_LOST",
        `${this.#connection.url} leads no longer; ${url} does`,
        {},
        { transient: true },
      ),
    );
  }

  /** The stream is gone; calls are refused until the next SUBSCRIBE. */
  closed(): void {
    this.#connection = undefined;
  }

  /**
   * Resolves when the master has taken the call (202, or 200). `inOrder` is for all but acknowledgements,
   * of which the second is as good as none.
   */
  call(call: scheduler.Call, inOrder = true): Promise<void> {
    return inOrder ? this.#lane.run(() => this.#send(call, false)) : this.#send(call, true);
  }

  #subscribeAt(url: string, signal: AbortSignal): Promise<HttpClientResponse> {
    const { world, format, subscribe } = this.#options;
    const call: scheduler.Call = { type: "SUBSCRIBE", subscribe: subscribe() };
    return sendCall(world.http, {
      url: url + apiPath,
      type: scheduler.Call,
      call: this.frameworkId === undefined ? call : { ...call, framework_id: this.frameworkId },
      format,
      signal,
    });
  }

  async #send(call: scheduler.Call, isIdempotent: boolean): Promise<void> {
    const { world, format, signal } = this.#options;
    const name = call.type ?? "UNKNOWN";
    const connection = this.#connection;
    if (connection === undefined || this.frameworkId === undefined) {
      throw new CodedError(
        "NOT_SUBSCRIBED",
        `cannot send ${name}: the framework is not connected to a master now`,
        { call: name },
        { transient: true },
      );
    }
    let response: HttpClientResponse;
    try {
      response = await sendCall(world.http, {
        url: connection.url + apiPath,
        type: scheduler.Call,
        call: { ...call, framework_id: this.frameworkId },
        format,
        headers: { "mesos-stream-id": connection.streamId },
        isIdempotent,
        signal,
      });
    } catch (error) {
      // Perhaps the master has it, perhaps not: only a new subscription, which voids every offer,
      // brings both sides to the same. Mesos's own library does so too.
      if (error instanceof CodedError && error.transient) this.#lost(connection, error);
      throw error;
    }
    if (response.status === 200 || response.status === 202) {
      await response.body();
      return;
    }
    if (response.status !== 307 && response.status !== 503) throw await refusalOf(name, response);
    await response.body();
    const lost = new CodedError(
      "LEADERSHIP_LOST",
      `${name} was not taken: ${connection.url} leads no longer`,
      { call: name, status: response.status },
      { transient: true },
    );
    this.#lost(connection, lost);
    throw lost;
  }

  #lost(connection: Connection, reason: CodedError): void {
    if (this.#connection === connection) this.#options.connectionLost(reason);
  }
}
