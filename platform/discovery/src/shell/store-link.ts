/**
 * The one thread of work on the store: it follows the log, writes batches, knows who else is there.
 *
 *     opens ──► joins ──► follows, writes, follows … ──► session over ──► opens anew
 *
 * While the store does not answer, everything stays as it was last known, and says so (`staleSince`).
 * Nothing of that ends the server.
 */

import { CodedError, describeError, type Instant } from "@tavola/base";
import { type Coordination, untilConnected, type Watch } from "@tavola/coordination";
import type { Clock, Logger, Metrics } from "@tavola/host";
import type { Answer, Call, CatalogueLimits, PlannedBatch } from "../core/plan-batch.ts";
import { planBatch } from "../core/plan-batch.ts";
import { AnnouncementLog } from "../store/announcement-log.ts";
import { headPath, membersGroup } from "../store/log-layout.ts";
import { CallQueue, type QueuedCall } from "./call-queue.ts";
import type { Directory } from "./directory.ts";
import { type Server, ServerGroup } from "./server-group.ts";

export interface StoreLinkOptions {
  readonly openStore: () => Coordination | Promise<Coordination>;
  readonly path: string;
  /** Where the others reach this server. */
  readonly url: string;
  readonly directory: Directory;
  readonly limits: CatalogueLimits;
  readonly clock: Clock;
  readonly wallNow: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Somebody came or went, this server included. */
  readonly onServers: (servers: readonly Server[]) => void;
  /** It answers again, with all that it knows. */
  readonly onFresh: () => void;
}

const limits = {
  storePatienceMs: 60_000,
  reopenMs: 500,
  /** Somebody has to mend it. */
  reopenDamagedMs: 5_000,
  retryMs: 100,
  /** A store that is away so long already need not be waited for. */
  awayMs: 2_000,
} as const;

export class StoreLink {
  readonly #options: StoreLinkOptions;
  readonly #queue = new CallQueue();
  readonly #started = Promise.withResolvers<void>();
  #signal = Promise.withResolvers<void>();
  #store: Coordination | undefined;
  readonly #group: ServerGroup;
  #staleSince: Instant | undefined;
  #trouble: string | undefined;
  #mustFollow = false;
  #mustReadMembers = false;
  #following: (() => void)[] = [];
  /** Of a batch of which nobody knows yet whether it was written. */
  #open: { readonly calls: readonly QueuedCall[]; readonly planned: PlannedBatch } | undefined;
  #snapshot: "none" | "being written" | (() => Promise<void>) = "none";
  #hasStarted = false;
  #isClosed = false;
  #closing: (() => void)[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(options: StoreLinkOptions) {
    this.#options = options;
    this.#group = new ServerGroup(membersGroup(options.path), options.url);
    this.#staleSince = options.clock.now();
  }

  /** Resolves when it knows what is there. Rejects when the store does not answer for a minute, or with what waiting does not mend. */
  start(): Promise<void> {
    this.#running = this.#run();
    return this.#started.promise;
  }

  /** Since when the store has not answered; undefined: it does. */
  get staleSince(): Instant | undefined {
    return this.#staleSince;
  }

  /** What is wrong with the store, in words. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  get servers(): readonly Server[] {
    return this.#group.servers;
  }

  /** Those that were there not long ago. */
  formerServers(now: Instant): readonly Server[] {
    return this.#group.former(now);
  }

  /** This one's; undefined while it is not among them. */
  get name(): string | undefined {
    return this.#group.name;
  }

  /** Whether nobody can have taken this server for gone. */
  get isThere(): boolean {
    return (
      this.#staleSince === undefined &&
      this.#group.name !== undefined &&
      this.#store?.session.isAlive() === true
    );
  }

  get waitingCalls(): number {
    return this.#queue.length;
  }

  /** Resolves when it is durable. Rejects with a CodedError that is transient: UNAVAILABLE, OVERLOADED. */
  async submit(call: Call): Promise<Answer> {
    const now = this.#options.clock.now();
    if (this.#isClosed) throw new CodedError("UNAVAILABLE", "this server is closing");
    if (this.#staleSince !== undefined && now - this.#staleSince > limits.awayMs) {
      throw new CodedError("UNAVAILABLE", this.#why(), {}, { transient: true });
    }
    const answer = this.#queue.add(call, now);
    this.#wake();
    return await answer;
  }

  /** Resolves when everything has been read that the store held when it was called, or it is away. */
  async follow(): Promise<void> {
    if (this.#staleSince !== undefined || this.#isClosed) return;
    const followed = new Promise<void>((resolve) => this.#following.push(resolve));
    this.#mustFollow = true;
    this.#wake();
    await followed;
  }

  timePassed(now: Instant): void {
    this.#queue.timePassed(now, this.#why());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.close("this server is closing");
    this.#letGo();
    this.#wake();
    for (const resolve of this.#closing) resolve();
    await this.#store?.close().catch(() => undefined);
    await this.#running;
  }

  #why(): string {
    return `the store is away${this.#trouble === undefined ? "" : `: ${this.#trouble}`}`;
  }

  #wake(): void {
    this.#signal.resolve();
  }

  async #run(): Promise<void> {
    const { logger } = this.#options;
    while (!this.#isClosed) {
      let againMs: number = limits.reopenMs;
      try {
        await this.#onOneStore();
      } catch (error) {
        if (this.#isClosed) break;
        this.#away(describeError(error));
        logger.warn({ error: describeError(error) }, "the store cannot be used");
        if (!(error instanceof CodedError)) {
          this.#started.reject(error);
          throw error;
        }
        if (!this.#hasStarted) {
          this.#started.reject(error);
          return;
        }
        if (!isPassing(error)) againMs = limits.reopenDamagedMs;
      } finally {
        this.#letGo();
        if (!this.#isClosed) await this.#pause(againMs);
      }
    }
    this.#started.resolve();
  }

  async #onOneStore(): Promise<void> {
    const { openStore, path, directory, wallNow } = this.#options;
    const store = await openStore();
    this.#store = store;
    const watches: Watch[] = [];
    try {
      if (this.#isClosed) return;
      await untilConnected(store, limits.storePatienceMs);
      watches.push(
        store.session.watch((state) => this.#sessionChanged(state)),
        store.watch(headPath(path), () => this.#changed("log")),
        store.watch(membersGroup(path), () => this.#changed("members")),
      );
      const log = new AnnouncementLog({ place: { store, path }, reader: directory, wallNow });
      this.#changed("log");
      this.#changed("members");
      while (!this.#isClosed) await this.#turn(store, log);
    } finally {
      for (const watch of watches) watch.close();
      this.#group.left();
      this.#snapshot = "none";
      await store.close().catch(() => undefined);
    }
  }

  #changed(what: "log" | "members"): void {
    if (what === "log") this.#mustFollow = true;
    else this.#mustReadMembers = true;
    this.#wake();
  }

  #sessionChanged(state: Coordination["session"]["state"]): void {
    if (state === "connected") {
      this.#changed("log");
      this.#changed("members");
      return;
    }
    this.#away(describeError(this.#store?.session.trouble ?? `its session is ${state}`));
    this.#wake();
  }

  /** What there is to do, then waits for more. Rejects when another session is needed. */
  async #turn(store: Coordination, log: AnnouncementLog): Promise<void> {
    this.#signal = Promise.withResolvers();
    try {
      if (await this.#step(store, log)) return;
    } catch (error) {
      if (this.#isClosed) return;
      if (!(error instanceof CodedError) || !isPassing(error)) throw error;
      if (store.session.state === "expired") throw error;
      this.#mustFollow = true;
      this.#mustReadMembers = true;
      this.#away(describeError(error));
      this.#letGo();
      await this.#pause(limits.retryMs);
      return;
    }
    await this.#signal.promise;
  }

  /** Whether something was done, after which there may be more to do. */
  async #step(store: Coordination, log: AnnouncementLog): Promise<boolean> {
    if (store.session.state === "expired") {
      throw store.session.trouble ?? new CodedError("SESSION_EXPIRED", "the session is over");
    }
    if (this.#mustFollow) {
      const following = this.#following;
      this.#following = [];
      this.#mustFollow = false;
      try {
        await log.follow();
        this.#settleOpen(log);
      } finally {
        for (const resolve of following) resolve();
      }
      if (this.#group.name !== undefined) this.#fresh();
      return true;
    }
    if (this.#mustReadMembers) {
      this.#mustReadMembers = false;
      const { clock, onServers } = this.#options;
      if (await this.#group.read(store, clock.now())) onServers(this.#group.servers);
      this.#fresh();
      return true;
    }
    if (this.#queue.length > 0) {
      await this.#write(log);
      return true;
    }
    return await this.#shorten(log);
  }

  async #write(log: AnnouncementLog): Promise<void> {
    const { directory, metrics } = this.#options;
    const calls = this.#queue.next();
    const planned = planBatch(
      directory.catalogue,
      calls.map(({ call }) => call),
      this.#options.limits,
    );
    if (planned.operations.length === 0) return this.#queue.settled(calls, planned.answers);
    this.#open = { calls, planned };
    const outcome = await log.append(planned.operations);
    this.#open = undefined;
    if (outcome === "behind") {
      metrics.counter("discovery/batches_outrun").increment();
      this.#mustFollow = true;
      return;
    }
    metrics.counter("discovery/batches_written").increment();
    this.#queue.settled(calls, planned.answers);
  }

  /** After a follow that came behind a write of which nobody knew whether it was done. */
  #settleOpen(log: AnnouncementLog): void {
    const open = this.#open;
    this.#open = undefined;
    if (log.wasWritten() && open !== undefined) {
      this.#queue.settled(open.calls, open.planned.answers);
    }
  }

  /** The eldest server turns a long log into a snapshot, beside everything else. */
  async #shorten(log: AnnouncementLog): Promise<boolean> {
    if (typeof this.#snapshot === "function") {
      const makeCount = this.#snapshot;
      this.#snapshot = "none";
      await makeCount();
      await log.sweep();
      this.#options.metrics.counter("discovery/snapshots").increment();
      return true;
    }
    if (this.#snapshot !== "none" || !this.#group.isEldest || !log.isLong) return false;
    this.#snapshot = "being written";
    log.prepareSnapshot().then(
      (makeCount) => {
        this.#snapshot = makeCount;
        this.#wake();
      },
      (error: unknown) => {
        this.#snapshot = "none";
        this.#options.logger.warn({ error: describeError(error) }, "no snapshot could be written");
      },
    );
    return false;
  }

  /** Or until it is closed. */
  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(ms, resolve);
    this.#closing.push(resolve);
    await promise;
    timer.cancel();
    this.#closing = this.#closing.filter((each) => each !== resolve);
  }

  #away(trouble: string): void {
    if (this.#isClosed) return;
    this.#trouble = trouble;
    if (this.#staleSince !== undefined) return;
    this.#staleSince = this.#options.clock.now();
    this.#options.logger.warn({ trouble }, "the store is away; answering from what was known");
  }

  #fresh(): void {
    if (this.#staleSince === undefined) return;
    if (this.#store?.session.state !== "connected" || this.#mustFollow) return;
    this.#staleSince = undefined;
    this.#trouble = undefined;
    this.#hasStarted = true;
    this.#started.resolve();
    this.#options.onFresh();
  }

  /** Nobody waits any longer for what cannot be read now. */
  #letGo(): void {
    const following = this.#following;
    this.#following = [];
    for (const resolve of following) resolve();
  }
}

/** The store may answer another time, with this session or with another. */
function isPassing(error: CodedError): boolean {
  return (
    error.transient ||
    error.code === "OUTCOME_UNKNOWN" ||
    error.code === "UNAVAILABLE" ||
    error.code === "SESSION_EXPIRED" ||
    error.code === "CLOSED"
  );
}
