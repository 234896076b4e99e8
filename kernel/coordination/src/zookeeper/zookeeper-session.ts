/**
 * The session, over as many connections as it takes: it goes from server to server until one of them
 * says that the session is over.
 *
 *     suspended ──opened──► connected ──broken, silent──► suspended ──► (another server) …
 *                               └───────────── expired ◄──────┘
 *
 * A server is asked every quarter of the timeout, and left when the next time comes without an answer.
 *
 * What proves the session alive: an answer that needed the ensemble's leader, which keeps the sessions.
 * A follower cut off from its leader goes on answering pings for a while. So whoever has members in a
 * group (`holdsMembers`) asks by `sync`, and a ping proves something only to those who have none. And
 * a follower tells its leader only every half tick whom it heard from, a tick being at most half of the
 * shortest session: a quarter of the timeout is taken off every proof.
 */

import { type Instant, instant, type Random } from "@tavola/base";
import type { Clock, Logger, Metrics, Timer } from "@tavola/host";
import type { SessionRecord } from "../session-record.ts";
import { formatServer, type Server, type ServerList } from "./server-list.ts";
import { closeSessionCall, syncCall, type WireCall } from "./wire-calls.ts";
import { type ConnectReply, noTicket, type SessionTicket, type WatchEvent } from "./wire-frames.ts";
import { type ConnectionEvents, ZooKeeperConnection } from "./zookeeper-connection.ts";
import {
  authFailedError,
  closedError,
  expiredError,
  unavailableError,
} from "./zookeeper-errors.ts";

export interface ZooKeeperSessionOptions {
  readonly servers: ServerList;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly record: SessionRecord;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics | undefined;
  /** For messages; without passwords. */
  readonly store: string;
  /** After each connection, before anybody's call. */
  readonly onConnected: () => void;
  readonly onChanged: (event: WatchEvent) => void;
}

/** Between two tries of a server, when all were tried in vain. */
const backoffMs = { first: 50, most: 2_000, mostInSession: 500 } as const;
/** Between losing one server and trying the next: its clients do not all come at once. */
const scatterMs = 30;
const connectMsMin = 250;
/**
 * Shares of the timeout. A server is asked at every beat, so one that fell silent after an answer is
 * left at the second beat after it, at half the timeout: there is a quarter left for finding another
 * before whoever leads has to stop.
 */
const beatShare = 0.25;
const silentShare = 0.4;
const unheardShare = 0.25;
const closeMsMax = 1_000;

export class ZooKeeperSession {
  readonly #options: ZooKeeperSessionOptions;
  readonly #askedTimeoutMs: number;
  #ticket: SessionTicket = noTicket;
  #lastZxid = 0n;
  #connection: ZooKeeperConnection | undefined;
  #isOpen = false;
  /** Tries in vain since the last connection. */
  #failures = 0;
  /** Those of them that took all the time there was: the server, or its machine, is slow. */
  #lateTries = 0;
  #triedAt: Instant;
  #timer: Timer | undefined;
  #over = false;
  #waiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  /** Set while this session has members in a group: see above. */
  holdsMembers = false;

  constructor(options: ZooKeeperSessionOptions) {
    this.#options = options;
    this.#askedTimeoutMs = options.record.timeoutMs;
    this.#triedAt = options.clock.now();
    this.#tryNext();
  }

  /** 0 before the first connection. */
  get id(): bigint {
    return this.#ticket.id;
  }

  get ticket(): SessionTicket {
    return this.#ticket;
  }

  /** Whether calls can be made now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Rejects with a Refusal, or with UNAVAILABLE, OUTCOME_UNKNOWN, SESSION_EXPIRED, CLOSED. */
  call<T>(call: WireCall<T>): Promise<T> {
    const { record, store } = this.#options;
    if (this.#over) return Promise.reject(record.trouble);
    if (this.#isOpen && this.#connection !== undefined) return this.#connection.call(call);
    const trouble = record.trouble;
    return Promise.reject(
      trouble?.code === "UNAVAILABLE" || trouble?.code === "UNAUTHORIZED"
        ? trouble
        : unavailableError(store, "it is not connected"),
    );
  }

  /** Resolves when calls can be made. Rejects when the session is over. */
  untilConnected(): Promise<void> {
    if (this.#over) return Promise.reject(this.#options.record.trouble);
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
  }

  /** Tells the store that the session is over, as far as it can be reached. Idempotent. */
  async close(): Promise<void> {
    if (this.#over) return;
    const { record, clock, store } = this.#options;
    const connection = this.#isOpen ? this.#connection : undefined;
    const goodbye = connection?.call(closeSessionCall()).then(noop, noop);
    this.#end(() => record.ended(closedError(store)));
    if (connection === undefined) return this.#connection?.close();
    const { promise: bound, resolve } = Promise.withResolvers<void>();
    const timer = clock.after(closeMsMax, resolve);
    await Promise.race([goodbye, bound]);
    timer.cancel();
    connection.close();
  }

  #tryNext(): void {
    this.#triedAt = this.#options.clock.now();
    const server = this.#options.servers.next();
    const { promise: bound, resolve: late } = Promise.withResolvers<undefined>();
    this.#wake(this.#connectMs, () => late(undefined));
    const address = this.#options.servers.addressOf(server);
    Promise.race([address, bound]).then(
      (found) => {
        if (this.#over) return;
        if (found === undefined) this.#failed(server, "its name is not found in time");
        else this.#connect(server, found);
      },
      (error: Error) => this.#failed(server, error.message),
    );
  }

  /**
   * So that each can be tried within the session; twice as long for every round of servers that were all
   * too late, or ones that are only slow would never be reached.
   */
  get #connectMs(): number {
    const { record, servers } = this.#options;
    const shareMs = Math.max(connectMsMin, record.timeoutMs / Math.max(2, servers.count));
    const rounds = Math.floor(this.#lateTries / servers.count);
    return Math.max(shareMs, Math.min(record.timeoutMs, shareMs * 2 ** Math.min(rounds, 10)));
  }

  #connect(server: Server, address: string): void {
    this.#timer?.cancel();
    const { credentials, clock, store } = this.#options;
    this.#connection = new ZooKeeperConnection({
      address,
      port: server.port,
      ticket: this.#ticket,
      lastZxid: this.#lastZxid,
      timeoutMs: this.#askedTimeoutMs,
      credentials,
      connectMs: this.#connectMs,
      clock,
      store,
      events: this.#eventsOf(server),
    });
  }

  #eventsOf(server: Server): ConnectionEvents {
    const { record, store, credentials, onChanged } = this.#options;
    return {
      opened: (reply, askedAt) => this.#opened(server, reply, askedAt),
      answered: (askedAt, reachedLeader) => this.#answered(askedAt, reachedLeader),
      changed: onChanged,
      broken: (why) => this.#failed(server, why),
      expired: () => this.#expired(),
      unauthorized: () => {
        this.#failed(server, "it refused the user and password");
        record.suspended(authFailedError(store, credentials?.user));
      },
    };
  }

  #opened(server: Server, reply: ConnectReply, askedAt: Instant): void {
    if (this.#over) return;
    const { record, logger, metrics, servers, store, onConnected } = this.#options;
    const isNew = this.#ticket.id === 0n;
    this.#ticket = reply.ticket;
    this.#failures = 0;
    this.#lateTries = 0;
    this.#isOpen = true;
    servers.reached();
    metrics?.counter(`coordination/${isNew ? "sessions" : "reconnections"}`).increment();
    logger.info(
      { store, server: formatServer(server), session: formatSessionId(reply.ticket.id) },
      isNew ? "Connected to ZooKeeper" : "Connected to ZooKeeper again, in the same session",
    );
    record.agreed(reply.timeoutMs);
    this.#beatLater();
    onConnected();
    this.#proved(askedAt);
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #answered(askedAt: Instant, reachedLeader: boolean): void {
    if (reachedLeader || !this.holdsMembers) this.#proved(askedAt);
  }

  #proved(askedAt: Instant): void {
    const { record } = this.#options;
    if (this.#isOpen) record.answered(instant(askedAt - record.timeoutMs * unheardShare));
  }

  #beatLater(): void {
    const { clock, record } = this.#options;
    const beatMs = record.timeoutMs * beatShare;
    const dueAt = clock.now() + beatMs;
    this.#wake(beatMs, () => {
      // For as long as this process stood still nothing could be heard: that is not the server's silence.
      const lateMs = Math.max(0, clock.now() - dueAt);
      // Late by another beat, and its answers may be waiting.
      const wasAway = lateMs >= beatMs;
      const silenceMs = record.timeoutMs * silentShare + lateMs;
      if (!wasAway && this.#connection?.isSilent(silenceMs)) {
        this.#connection.leave(`no word from it for ${Math.round(silenceMs)} ms`);
        return;
      }
      this.#beatLater();
      // Whether it is answered is seen by the connection; a failure of it breaks that.
      if (this.holdsMembers) void this.#connection?.call(syncCall("/")).catch(noop);
      else this.#connection?.ping();
    });
  }

  #failed(server: Server, why: string): void {
    if (this.#over) return;
    const { record, logger, servers, random, store, clock } = this.#options;
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#lastZxid = this.#connection?.lastZxid ?? this.#lastZxid;
    servers.failed(server, why);
    const fields = { store, server: formatServer(server), reason: why };
    if (wasOpen) logger.warn(fields, "Lost the connection to ZooKeeper");
    else logger.debug(fields, "Cannot connect to a ZooKeeper server");
    this.#failures += 1;
    if (!wasOpen && clock.now() - this.#triedAt >= this.#connectMs) this.#lateTries += 1;
    this.#wake(this.#pauseMs(random.next()), () => this.#tryNext());
    record.suspended(unavailableError(store, servers.reasons()));
  }

  /** Nearly none until each server was tried once; then longer from round to round. */
  #pauseMs(dice: number): number {
    const { servers } = this.#options;
    const round = Math.floor(this.#failures / servers.count);
    if (round === 0) return dice * scatterMs;
    const most = this.#ticket.id === 0n ? backoffMs.most : backoffMs.mostInSession;
    return Math.min(most, backoffMs.first * 2 ** Math.min(round, 10)) * (0.5 + dice / 2);
  }

  #expired(): void {
    if (this.#over) return;
    const { record, logger, metrics, store } = this.#options;
    metrics?.counter("coordination/expired_sessions").increment();
    logger.warn({ store, session: formatSessionId(this.id) }, "The session with ZooKeeper is over");
    this.#end(() => record.ended(expiredError(store)));
  }

  #end(tell: () => void): void {
    this.#over = true;
    this.#isOpen = false;
    this.#timer?.cancel();
    tell();
    for (const { reject } of this.#waiters.splice(0)) reject(this.#options.record.trouble as Error);
  }

  #wake(inMs: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(inMs, run);
  }
}

const noop = (): void => {};

/** As ZooKeeper's own logs have it. */
function formatSessionId(id: bigint): string {
  return `0x${BigInt.asUintN(64, id).toString(16)}`;
}
