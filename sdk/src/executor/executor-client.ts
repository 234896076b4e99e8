/**
 * The executor side of the v1 API for framework authors: an async iterable of events, and `update`.
 *
 * ```ts
 * const executor = connectExecutor();
 * for await (const event of executor) {
 *   if (event.type !== "LAUNCH") continue;
 *   await executor.update({ task_id: event.task.task_id, state: "TASK_RUNNING" });
 * }
 * ```
 *
 * It subscribes with the agent that started it, tells again what was not acknowledged after a
 * break, and gives up as the agent's environment says: at once without checkpointing, else after the
 * recovery timeout; then the author hears SHUTDOWN. It ends no process, its own included.
 */

import { CodedError, type Instant, randomUuid } from "@tavola/base";
import type { HttpClientResponse } from "@tavola/host";
import { executor, type MessageFormat, type TaskInfo, type TaskStatus } from "@tavola/protocol";
import { refusalOf, sendCall } from "../api-request.ts";
import { CallLane } from "../call-lane.ts";
import { EventQueue } from "../event-queue.ts";
import { flattenEvent } from "../flat-event.ts";
import { delay, Subscription } from "../subscription.ts";
import { type ClientWorld, type OpenWorld, openWorld } from "../world.ts";
import { type ExecutorEnvironment, parseExecutorEnvironment } from "./executor-environment.ts";
import type { ExecutorEvent } from "./executor-events.ts";
import { Unacknowledged } from "./unacknowledged.ts";

const limits = {
  /** Events that the author has not taken; more is an author who has stopped listening. */
  queuedEventsMax: 10_000,
  firstBackoffMs: 50,
  /** The agent's answer to SUBSCRIBE. Its heartbeats (every 30 min) are too rare to wait for. */
  subscribeMsMax: 15_000,
  /** Before an update that could not be sent is sent again on the same connection. */
  resendMs: 200,
} as const;

export interface ExecutorOptions {
  /** Default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default "protobuf". */
  readonly format?: MessageFormat;
  /** Ends the iteration and closes the connection. */
  readonly signal?: AbortSignal;
  /** Launched by an earlier process of this executor, which may not have reported them. */
  readonly earlierTasks?: readonly TaskInfo[];
  readonly world?: ClientWorld;
}

/** A status as the author writes it: uuid, source, executor id and (by default) timestamp are filled in. */
export type StatusOf = Omit<TaskStatus, "uuid" | "source" | "executor_id">;

/** Connects at once. Throws CodedError EXECUTOR_ENVIRONMENT_INVALID outside an agent. */
export function connectExecutor(options: ExecutorOptions = {}): Executor {
  const environment = parseExecutorEnvironment(options.environment ?? process.env);
  if (environment.error !== undefined) {
    throw new CodedError("EXECUTOR_ENVIRONMENT_INVALID", environment.error);
  }
  return new Executor(environment.value, options);
}

/** Made by `connectExecutor`. Iterate it once; the loop ends after SHUTDOWN, and leaving it closes the connection. */
export class Executor implements AsyncIterable<ExecutorEvent> {
  readonly environment: ExecutorEnvironment;
  readonly #format: MessageFormat;
  readonly #world: OpenWorld;
  readonly #queue = new EventQueue<ExecutorEvent>(limits.queuedEventsMax);
  readonly #closing = new AbortController();
  readonly #pending = new Unacknowledged();
  readonly #lane = new CallLane();
  readonly #ended: Promise<void>;
  #subscription: Subscription<executor.Event> | undefined;
  #subscribed = false;
  #lostSince: Instant | undefined;
  #iterated = false;

  constructor(environment: ExecutorEnvironment, options: ExecutorOptions) {
    this.environment = environment;
    this.#format = options.format ?? "protobuf";
    this.#world = openWorld(options.world);
    this.#pending.launched(options.earlierTasks ?? []);
    const abort = (): void => {
      this.#queue.discard();
      this.#closing.abort();
    };
    if (options.signal?.aborted === true) abort();
    options.signal?.addEventListener("abort", abort, { once: true });
    this.#ended = this.#run().finally(() => options.signal?.removeEventListener("abort", abort));
  }

  /** Whether the agent hears it now. */
  get isSubscribed(): boolean {
    return this.#subscribed;
  }

  /**
   * Resolves when the agent has acknowledged the update, across reconnections. Updates are sent in
   * the order of the calls. Rejects with CALL_REFUSED (the agent's reason) or EXECUTOR_CLOSED.
   */
  update(status: StatusOf): Promise<void> {
    if (this.#closing.signal.aborted) {
      return Promise.reject(
        new CodedError("EXECUTOR_CLOSED", "the executor is closed; it cannot send updates"),
      );
    }
    const uuid = Buffer.from(randomUuid(this.#world.random).replaceAll("-", ""), "hex");
    const update: executor.Call_Update = {
      status: {
        timestamp: this.#world.clock.now() / 1000,
        ...status,
        uuid,
        source: "SOURCE_EXECUTOR",
        executor_id: { value: this.environment.executorId },
      },
    };
    const acknowledged = this.#pending.updated(update);
    acknowledged.catch((error: unknown) => {
      // Whoever awaits it is told; this is for authors who do not.
      const { task_id, state } = status;
      this.#world.logger.warn({ error, task_id, state }, "a status update was not acknowledged");
    });
    this.#tell();
    return acknowledged;
  }

  /** For who knows that the agent is back: if it is waited for, it is tried now. */
  reconnectNow(): void {
    if (!this.#subscribed) this.#subscription?.retryNow();
  }

  /** Best effort: nobody says whether the scheduler gets it. Rejects when it cannot be sent now. */
  async message(data: Uint8Array): Promise<void> {
    await this.#lane.run(() => this.#send({ type: "MESSAGE", message: { data } }));
  }

  [Symbol.asyncIterator](): AsyncIterator<ExecutorEvent> {
    if (this.#iterated)
      throw new CodedError("ITERATED_TWICE", "an executor has one loop over its events");
    this.#iterated = true;
    let last: ExecutorEvent | undefined;
    const finish = async (): Promise<{ done: true; value: undefined }> => {
      await this.close();
      return { done: true, value: undefined };
    };
    return {
      next: async () => {
        if (last?.type === "SHUTDOWN") return finish();
        last = await this.#queue.take();
        return last === undefined ? finish() : { done: false, value: last };
      },
      return: finish,
    };
  }

  /** Closes the connection and ends the loop. Idempotent. Updates still waiting are rejected. */
  async close(): Promise<void> {
    this.#queue.discard();
    this.#closing.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#world;
    const { subscriptionBackoffMsMax } = this.environment;
    const subscription = new Subscription({
      open: (signal) => this.#subscribe(signal),
      eventType: executor.Event,
      format: this.#format,
      received: (event) => this.#received(event),
      silenceMsMax: () => (this.#subscribed ? undefined : limits.subscribeMsMax),
      lost: (error, retryInMs) => this.#lost(error, retryInMs),
      backoff: { firstMs: limits.firstBackoffMs, maxMs: subscriptionBackoffMsMax },
      clock,
      random,
      signal: this.#closing.signal,
    });
    this.#subscription = subscription;
    try {
      await subscription.run();
      this.#queue.end();
    } catch (error) {
      this.#queue.fail(error);
    } finally {
      this.#subscribed = false;
      this.#closing.abort();
      this.#pending.abandon();
      await this.#world.close();
    }
  }

  #lost(error: CodedError, retryInMs: number): "retry" | "end" {
    const { checkpoint, recoveryTimeoutMs } = this.environment;
    const wasSubscribed = this.#subscribed;
    this.#subscribed = false;
    const now = this.#world.clock.now();
    this.#lostSince ??= now;
    const waitsNoLonger = now + retryInMs - this.#lostSince > recoveryTimeoutMs;
    if ((checkpoint || !wasSubscribed) && !waitsNoLonger) return "retry";
    const why = checkpoint
      ? `the agent has not come back within ${recoveryTimeoutMs / 1000} s`
      : "the agent is gone, and the framework does not checkpoint";
    this.#queue.push({ type: "SHUTDOWN", reason: `${why} (${error.message})` });
    return "end";
  }

  async #subscribe(signal: AbortSignal): Promise<HttpClientResponse> {
    const response = await this.#post(
      { type: "SUBSCRIBE", subscribe: this.#pending.toSubscribe() },
      signal,
    );
    if (response.status === 200) return response;
    throw await refusalOf("SUBSCRIBE", response);
  }

  #received(envelope: executor.Event): void {
    if (envelope.type === "SHUTDOWN") {
      this.#push({ type: "SHUTDOWN" });
      return;
    }
    const event = flattenEvent(envelope);
    if (event === undefined) return;
    if (event.type === "ERROR") {
      throw new CodedError("EXECUTOR_REFUSED", `the agent ended this executor: ${event.message}`, {
        reason: event.message,
      });
    }
    if (event.type === "ACKNOWLEDGED") {
      this.#pending.acknowledged(event.task_id, event.uuid);
      return;
    }
    if (event.type === "SUBSCRIBED") {
      this.#subscribed = true;
      this.#lostSince = undefined;
      this.#tell();
    }
    if (event.type === "LAUNCH") this.#pending.launched([event.task]);
    if (event.type === "LAUNCH_GROUP") this.#pending.launched(event.task_group.tasks ?? []);
    this.#push(event);
  }

  #push(event: ExecutorEvent): void {
    if (this.#queue.push(event) === "queued") return;
    throw new CodedError(
      "EVENTS_OVERFLOW",
      `${limits.queuedEventsMax} events wait for the executor's loop, which takes none`,
    );
  }

  /** Sends what the agent has not been told, in order. While disconnected that is left to SUBSCRIBE. */
  #tell(): void {
    void this.#lane.run(async () => {
      while (this.#subscribed && !this.#closing.signal.aborted) {
        const update = this.#pending.untold()[0];
        if (update === undefined) return;
        await this.#sendUpdate(update);
      }
    });
  }

  async #sendUpdate(update: executor.Call_Update): Promise<void> {
    const uuid = update.status.uuid ?? new Uint8Array();
    try {
      await this.#send({ type: "UPDATE", update });
      this.#pending.told(uuid);
    } catch (error) {
      if (error instanceof CodedError && error.transient) {
        await delay(this.#world.clock, limits.resendMs, this.#closing.signal);
      } else {
        this.#pending.refused(uuid, error);
      }
    }
  }

  async #send(call: Omit<executor.Call, "executor_id" | "framework_id">): Promise<void> {
    const name = call.type ?? "UNKNOWN";
    if (!this.#subscribed) {
      throw new CodedError(
        "NOT_SUBSCRIBED",
        `cannot send ${name}: the executor is not connected to its agent now`,
        { call: name },
        { transient: true },
      );
    }
    const response = await this.#post(call, this.#closing.signal);
    if (response.status !== 202 && response.status !== 200) throw await refusalOf(name, response);
    await response.body();
  }

  #post(
    call: Omit<executor.Call, "executor_id" | "framework_id">,
    signal: AbortSignal,
  ): Promise<HttpClientResponse> {
    const { agentUrl, executorId, frameworkId, authenticationToken } = this.environment;
    return sendCall(this.#world.http, {
      url: `${agentUrl}/api/v1/executor`,
      type: executor.Call,
      call: { executor_id: { value: executorId }, framework_id: { value: frameworkId }, ...call },
      format: this.#format,
      ...(authenticationToken === undefined
        ? {}
        : { headers: { authorization: `Bearer ${authenticationToken}` } }),
      signal,
    });
  }
}
