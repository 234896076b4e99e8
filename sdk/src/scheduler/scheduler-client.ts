/**
 * The scheduler side of the v1 API for framework authors: an async iterable of events, and a method
 * per call.
 *
 * ```ts
 * const scheduler = connectScheduler({ masters: "127.0.0.1:5050", framework: { user: "root", name: "demo" } });
 * for await (const event of scheduler) {
 *   if (event.type === "OFFERS") for (const offer of event.offers ?? []) await scheduler.decline([offer.id]);
 * }
 * ```
 *
 * It finds the leader, subscribes, comes back with the same framework id when the connection breaks,
 * and notices a master that has fallen silent. An UPDATE is acknowledged when the loop asks for the
 * event after it: a scheduler that dies while handling one is told again. It does not reconcile:
 * only the author knows which tasks there should be; SUBSCRIBED is the moment to do it.
 */

import { CodedError } from "@tavola/base";
import {
  type FrameworkID,
  type FrameworkInfo,
  type MessageFormat,
  scheduler,
  type TaskStatus,
} from "@tavola/protocol";
import { EventQueue } from "../event-queue.ts";
import { flattenEvent } from "../flat-event.ts";
import { createLeaderDetector, type LeaderDetector } from "../leader.ts";
import { Subscription } from "../subscription.ts";
import { type ClientWorld, type OpenWorld, openWorld } from "../world.ts";
import { SchedulerCalls } from "./scheduler-calls.ts";
import type { SchedulerEvent } from "./scheduler-events.ts";
import { SchedulerSession } from "./scheduler-session.ts";
import { SuppressedRoles } from "./suppressed-roles.ts";

const limits = {
  /** Events waiting for the loop before the stream is read no further. */
  queuedEventsMax: 1024,
  /** Mesos gives up on a master after this many missed heartbeats. */
  missedHeartbeatsMax: 5,
  /** Until SUBSCRIBED says how often the heart beats. */
  firstSilenceMsMax: 15_000,
  backoff: { firstMs: 100, maxMs: 15_000 },
} as const;

/** Each stands for itself; no other call has to come before or after it. */
const unorderedCalls: ReadonlySet<string> = new Set([
  "ACKNOWLEDGE",
  "ACKNOWLEDGE_OPERATION_STATUS",
]);

/** What they ask for is so, or is said by the next SUBSCRIBE, when the connection is lost. */
const mootCalls: ReadonlySet<string> = new Set([
  "DECLINE",
  "ACCEPT_INVERSE_OFFERS",
  "DECLINE_INVERSE_OFFERS",
  "SUPPRESS",
  "REVIVE",
]);

export interface SchedulerOptions {
  /**
   * `HOST:PORT`, several separated by commas, or a list; any of them leads to the leader. Or the store
   * in which they meet: `zk://HOST:PORT,HOST:PORT/PATH`, `etcd://…`.
   */
  readonly masters: string | readonly string[];
  /** With `id` set, that framework is taken over or comes back. */
  readonly framework: FrameworkInfo;
  readonly suppressedRoles?: readonly string[];
  readonly offerConstraints?: scheduler.OfferConstraints;
  /** Default "protobuf". */
  readonly format?: MessageFormat;
  /** "manual": the author calls `acknowledge` for every UPDATE whose status has a uuid. */
  readonly acknowledgements?: "automatic" | "manual";
  /** The master has taken the framework in, or has said that it lives. Must not throw. */
  readonly onHeartbeat?: () => void;
  /** Ends the iteration and closes the connection; the framework stays as long as its failover timeout. */
  readonly signal?: AbortSignal;
  readonly world?: ClientWorld;
}

/** Connects at once; events wait until they are iterated. Throws CodedError MASTER_ADDRESS_INVALID. */
export function connectScheduler(options: SchedulerOptions): Scheduler {
  return new Scheduler(options);
}

/** Made by `connectScheduler`. Iterate it once; leaving the loop closes the connection. */
export class Scheduler extends SchedulerCalls implements AsyncIterable<SchedulerEvent> {
  readonly #queue = new EventQueue<SchedulerEvent>(limits.queuedEventsMax);
  readonly #closing = new AbortController();
  readonly #world: OpenWorld;
  readonly #detector: LeaderDetector;
  readonly #session: SchedulerSession;
  readonly #subscription: Subscription<scheduler.Event>;
  readonly #acknowledges: boolean;
  readonly #onHeartbeat: (() => void) | undefined;
  readonly #roles: SuppressedRoles;
  #framework: FrameworkInfo;
  #offerConstraints: scheduler.OfferConstraints | undefined;
  #heartbeatMs: number | undefined;
  #inHand: TaskStatus | undefined;
  #iterated = false;
  #tearingDown: Promise<void> | undefined;
  readonly #ended: Promise<void>;

  constructor(options: SchedulerOptions) {
    super();
    const format = options.format ?? "protobuf";
    this.#framework = options.framework;
    this.#roles = new SuppressedRoles(options.suppressedRoles ?? []);
    this.#offerConstraints = options.offerConstraints;
    this.#acknowledges = options.acknowledgements !== "manual";
    this.#onHeartbeat = options.onHeartbeat;
    this.#world = openWorld(options.world);
    const detector = createLeaderDetector(options.masters, this.#world);
    this.#detector = detector;
    this.#session = new SchedulerSession({
      detector,
      format,
      world: this.#world,
      subscribe: () => this.#subscribeCall(),
      connectionLost: (reason) => this.#subscription.interrupt(reason),
      signal: this.#closing.signal,
    });
    this.#session.frameworkId = options.framework.id;
    this.#subscription = this.#createSubscription(format);
    detector.watch((url) => {
      this.#session.leaderChanged(url);
      this.#subscription.retryNow();
    });
    const abort = (): void => {
      this.#queue.discard();
      this.#closing.abort();
    };
    if (options.signal?.aborted === true) abort();
    options.signal?.addEventListener("abort", abort, { once: true });
    this.#ended = this.#run().finally(() => options.signal?.removeEventListener("abort", abort));
  }

  /** Known from the first SUBSCRIBED on (or from `framework.id`). Keep it to come back as the same framework. */
  get frameworkId(): FrameworkID | undefined {
    return this.#session.frameworkId;
  }

  /** Whether calls can be sent now. */
  get isSubscribed(): boolean {
    return this.#heartbeatMs !== undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<SchedulerEvent> {
    if (this.#iterated)
      throw new CodedError("ITERATED_TWICE", "a scheduler has one loop over its events");
    this.#iterated = true;
    return {
      next: async () => {
        this.#settleUpdate();
        const event = await this.#queue.take();
        if (event === undefined) return { done: true, value: undefined };
        if (event.type === "UPDATE") this.#inHand = event.status;
        return { done: false, value: event };
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  /**
   * Closes the connection and ends the loop; events that it has not taken are dropped. Idempotent.
   * The framework's tasks live on for its failover timeout.
   */
  async close(): Promise<void> {
    this.#queue.discard();
    this.#closing.abort();
    await this.#ended;
  }

  /** Ends the framework for good: the master kills its tasks. The loop ends. */
  override async teardown(): Promise<void> {
    this.#tearingDown = super.teardown();
    try {
      await this.#tearingDown;
    } finally {
      this.#tearingDown = undefined;
    }
    await this.close();
  }

  protected override async send(call: scheduler.Call): Promise<void> {
    const type = call.type ?? "UNKNOWN";
    try {
      await this.#session.call(call, !unorderedCalls.has(type));
    } catch (error) {
      const isLost = error instanceof CodedError && error.transient;
      if (!isLost || !mootCalls.has(type)) throw error;
    }
    if (type === "SUPPRESS") this.#roles.suppressed(call.suppress?.roles, this.#framework);
    if (type === "REVIVE") this.#roles.revived(call.revive?.roles);
    if (type === "UPDATE_FRAMEWORK" && call.update_framework !== undefined) {
      this.#framework = call.update_framework.framework_info;
      this.#offerConstraints = call.update_framework.offer_constraints;
      this.#roles.replaced(call.update_framework.suppressed_roles ?? []);
    }
  }

  #subscribeCall(): scheduler.Call_Subscribe {
    const id = this.#session.frameworkId;
    return {
      framework_info: id === undefined ? this.#framework : { ...this.#framework, id },
      suppressed_roles: this.#roles.list(),
      ...(this.#offerConstraints === undefined
        ? {}
        : { offer_constraints: this.#offerConstraints }),
    };
  }

  #createSubscription(format: MessageFormat): Subscription<scheduler.Event> {
    return new Subscription({
      open: (signal) => this.#session.open(signal),
      eventType: scheduler.Event,
      format,
      received: (event) => this.#received(event),
      silenceMsMax: () =>
        this.#heartbeatMs === undefined
          ? limits.firstSilenceMsMax
          : this.#heartbeatMs * limits.missedHeartbeatsMax,
      lost: (error, retryInMs) => {
        this.#disconnected();
        // The master closes the stream of a framework that it tears down before it answers.
        if (this.#tearingDown !== undefined) return "end";
        this.#queue.push({ type: "DISCONNECTED", error, retry_in_ms: retryInMs });
        return "retry";
      },
      backoff: limits.backoff,
      clock: this.#world.clock,
      random: this.#world.random,
      signal: this.#closing.signal,
    });
  }

  async #run(): Promise<void> {
    try {
      await this.#subscription.run();
      this.#queue.end();
    } catch (error) {
      this.#queue.fail(error);
    } finally {
      await this.#tearingDown?.catch(() => undefined);
      this.#disconnected();
      this.#closing.abort();
      await this.#detector.close();
      await this.#world.close();
    }
  }

  #disconnected(): void {
    this.#heartbeatMs = undefined;
    this.#session.closed();
  }

  async #received(envelope: scheduler.Event): Promise<void> {
    if (envelope.type === "HEARTBEAT" || envelope.type === "SUBSCRIBED") this.#onHeartbeat?.();
    const event = flattenEvent(envelope);
    if (event === undefined) return;
    if (event.type === "ERROR") {
      throw new CodedError(
        "FRAMEWORK_REFUSED",
        `the master ended this framework: ${event.message}`,
        {
          reason: event.message,
        },
      );
    }
    if (event.type === "SUBSCRIBED") {
      this.#session.frameworkId = event.framework_id;
      this.#heartbeatMs = (event.heartbeat_interval_seconds ?? 15) * 1000;
    }
    await this.#queue.room();
    this.#queue.push(event);
  }

  /** The loop is done with the update that it was given last. */
  #settleUpdate(): void {
    const status = this.#inHand;
    this.#inHand = undefined;
    if (status === undefined || !this.#acknowledges || status.uuid === undefined) return;
    this.acknowledge(status).catch((error: unknown) => {
      // The agent repeats an update until it is acknowledged; the next copy is another chance.
      const { task_id, state } = status;
      this.#world.logger.warn({ error, task_id, state }, "cannot acknowledge a status update");
    });
  }
}
