/**
 * One client of the simulated ensemble: it connects, keeps its session alive, calls, and connects again.
 *
 * What a caller meets is what the real backends do: calls that break in between, a session that is
 * suspended and comes back or does not, watches told once more after a reconnection. All of it takes
 * the link's time; nothing here runs on a real timer.
 *
 * Answers pass through the client's own clock, so that a process whose clock is held (as by SIGSTOP)
 * neither hears nor does anything.
 */

import { CodedError, type Instant, type Random } from "@tavola/base";
import type { Clock, Timer } from "@tavola/host";
import type {
  Coordination,
  Member,
  StoredValue,
  StorePath,
  StoreWrite,
  TransactionOutcome,
  Watch,
} from "../coordination.ts";
import { SessionRecord } from "../session-record.ts";
import { assertMember, assertPath, assertPathOrRoot, assertWrites } from "../store-path.ts";
import { WatchTable } from "../watch-table.ts";
import type { EnsembleSession, MemoryEnsemble } from "./memory-ensemble.ts";
import type { MemoryConnection, MemoryLink } from "./memory-link.ts";

export interface MemoryClientParts {
  readonly ensemble: MemoryEnsemble;
  readonly link: MemoryLink;
  readonly random: Random;
  readonly clock: Clock;
  readonly sessionTimeoutMs: number;
  readonly description: string;
}

interface Call {
  /** "join" is asked again after a reconnection; "write" then stays open, "read" was not done. */
  readonly kind: "read" | "write" | "join";
  readonly run: (session: EnsembleSession) => unknown;
  readonly settle: (answer: { value: unknown } | { error: unknown }) => void;
  askedAt: Instant;
}

export class MemoryClient implements Coordination {
  readonly backend = "memory";
  readonly description: string;
  readonly clock: Clock;
  readonly session: SessionRecord;
  readonly #parts: MemoryClientParts;
  readonly #watches: WatchTable;
  #connection: MemoryConnection | undefined;
  #connections = 0;
  #sessionId: number | undefined;
  #calls = new Set<Call>();
  #timer: Timer | undefined;
  #lastJoin = 0;
  #over: "no" | "closed" | "crashed" = "no";
  /** Set by a fault: what becomes of the next transaction, whose connection then breaks. */
  breakNextTransaction: "applied" | "not applied" | undefined;

  constructor(parts: MemoryClientParts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.description = parts.description;
    this.session = new SessionRecord(parts.clock, parts.sessionTimeoutMs);
    this.#watches = new WatchTable(parts.clock);
    this.#connect();
  }

  get sessionId(): number | undefined {
    return this.#sessionId;
  }

  async get(path: StorePath): Promise<StoredValue | undefined> {
    assertPath(path);
    return await this.#call("read", () => this.#parts.ensemble.tree.get(path));
  }

  async getAll(paths: readonly StorePath[]): Promise<readonly (StoredValue | undefined)[]> {
    for (const path of paths) assertPath(path);
    const { tree } = this.#parts.ensemble;
    return await this.#call("read", () => paths.map((path) => tree.get(path)));
  }

  async children(path: StorePath): Promise<readonly string[]> {
    assertPathOrRoot(path);
    return await this.#call("read", () => this.#parts.ensemble.tree.children(path));
  }

  async transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    assertWrites(writes);
    const { ensemble } = this.#parts;
    return await this.#call("write", () => {
      const broken = this.breakNextTransaction;
      this.breakNextTransaction = undefined;
      if (broken === "not applied") return this.#tear();
      const { outcome, touched } = ensemble.tree.transact(writes);
      ensemble.notify(touched);
      return broken === "applied" ? this.#tear() : outcome;
    });
  }

  watch(path: StorePath, onChange: () => void): Watch {
    assertPathOrRoot(path);
    const watch = this.#watches.add(path, onChange);
    if (this.session.state === "connected") this.#registerWatches([path]);
    return watch;
  }

  async join(group: StorePath, prefix: string, value: Uint8Array): Promise<Member> {
    assertMember(group, prefix, value);
    const { ensemble } = this.#parts;
    this.#lastJoin += 1;
    const number = this.#lastJoin;
    return await this.#call("join", (session) => {
      const known = session.joined.get(number);
      if (known !== undefined) return known;
      const { member, touched } = ensemble.tree.addMember(group, prefix, value, session.id);
      session.joined.set(number, member);
      ensemble.notify(touched);
      return member;
    });
  }

  async leave(group: StorePath, member: Member): Promise<void> {
    assertPath(`${group}/${member.name}`);
    const { ensemble } = this.#parts;
    await this.#call("write", (session) => {
      ensemble.notify(ensemble.tree.removeMember(`${group}/${member.name}`, session.id));
    });
  }

  async close(): Promise<void> {
    if (this.#over !== "no") return;
    const bye = this.session.state === "connected" ? this.#connection : undefined;
    const id = this.#sessionId;
    this.#end(
      "closed",
      new CodedError("CLOSED", "the store was closed", { store: this.description }),
    );
    if (bye === undefined || id === undefined) return;
    const { ensemble } = this.#parts;
    bye.send("requests", () => {
      const session = ensemble.session(id);
      if (session !== undefined && ensemble.available) ensemble.endSession(session);
    });
  }

  /** As the process's sudden death: nothing is told to anyone, no promise settles any more. */
  crash(): void {
    if (this.#over !== "no") return;
    this.#over = "crashed";
    this.#timer?.cancel();
    this.#connection?.tear();
    this.#calls.clear();
    this.#watches.clear();
  }

  /** The connection breaks now; the session may live on. */
  disconnect(): void {
    if (this.#over !== "no" || this.session.state === "expired") return;
    this.#broken("the connection was reset");
  }

  #connect(): void {
    const { ensemble, link, sessionTimeoutMs } = this.#parts;
    this.#connection?.tear();
    const connection = link.connection();
    this.#connection = connection;
    this.#connections += 1;
    const number = this.#connections;
    const known = this.#sessionId;
    const askedAt = this.clock.now();
    connection.send("requests", () => {
      if (!ensemble.available) return;
      const tell = {
        changed: (paths: readonly StorePath[]) =>
          this.#deliver(connection, () => this.#watches.changed(paths)),
        expired: () => this.#deliver(connection, () => this.#expired()),
      };
      const session =
        known === undefined
          ? ensemble.openSession(sessionTimeoutMs, tell)
          : ensemble.session(known);
      if (session === undefined) return this.#deliver(connection, () => this.#expired());
      if (session.connection > number) return;
      Object.assign(session, { connection: number, tell, heardAt: ensemble.now() });
      session.watched.clear();
      this.#deliver(connection, () => this.#connected(session.id, askedAt));
    });
    this.#wake(this.session.timeoutMs / 3, () => this.#broken("the ensemble does not answer"));
  }

  #connected(id: number, askedAt: Instant): void {
    this.#sessionId = id;
    this.session.answered(askedAt);
    if (this.#over !== "no") return;
    this.#registerWatches(this.#watches.paths());
    this.#watches.changed(this.#watches.paths());
    for (const call of this.#calls) this.#send(call);
    this.#keepAlive();
  }

  /** Asks for a sign of life three times within the timeout, and breaks when one is too late. */
  #keepAlive(): void {
    const everyMs = this.session.timeoutMs / 3;
    this.#wake(everyMs, () => {
      const now = this.clock.now();
      const oldest = Math.min(now, ...[...this.#calls].map(({ askedAt }) => askedAt));
      if (now - oldest > everyMs / 2) return this.#broken("the ensemble does not answer");
      void this.#call("read", () => undefined).catch(() => undefined);
      this.#keepAlive();
    });
  }

  #registerWatches(paths: readonly StorePath[]): void {
    const register = this.#call("read", (session) => {
      for (const path of paths) session.watched.add(path);
    });
    // Where it fails, the next connection registers them all.
    void register.catch(() => undefined);
  }

  #call<T>(kind: Call["kind"], run: (session: EnsembleSession) => T): Promise<Exclude<T, Torn>> {
    return new Promise((resolve, reject) => {
      if (this.#over === "crashed") return;
      if (this.#over === "closed") return reject(this.#closed());
      if (this.session.state === "expired") return reject(this.#sessionExpired());
      const call: Call = {
        kind,
        run,
        askedAt: this.clock.now(),
        settle: (answer) => {
          if (!this.#calls.delete(call)) return;
          if ("error" in answer) reject(answer.error);
          else resolve(answer.value as Exclude<T, Torn>);
        },
      };
      if (this.session.state === "suspended") return reject(this.#unavailable());
      this.#calls.add(call);
      this.#send(call);
    });
  }

  #send(call: Call): void {
    const { ensemble } = this.#parts;
    const connection = this.#connection;
    const id = this.#sessionId;
    const number = this.#connections;
    if (connection === undefined || id === undefined) return;
    const askedAt = this.clock.now();
    call.askedAt = askedAt;
    connection.send("requests", () => {
      if (!ensemble.available) return;
      const session = ensemble.session(id);
      if (session === undefined) return this.#deliver(connection, () => this.#expired());
      if (session.connection !== number) return;
      session.heardAt = ensemble.now();
      const answer = attempt(() => call.run(session));
      if ("value" in answer && answer.value === torn) return;
      this.#deliver(connection, () => {
        this.session.answered(askedAt);
        call.settle(answer);
      });
    });
  }

  /** To be done at the ensemble in the middle of a call: its answer never comes. */
  #tear(): Torn {
    const connection = this.#connection;
    this.clock.after(0, () => {
      if (this.#connection === connection) this.disconnect();
    });
    return torn;
  }

  #deliver(connection: MemoryConnection, arrive: () => void): void {
    const heard = (): void => {
      if (this.#over === "no" && this.#connection === connection) arrive();
    };
    connection.send("answers", () => {
      if (this.clock === this.#parts.ensemble.clock) heard();
      else this.clock.after(0, heard);
    });
  }

  #broken(why: string): void {
    this.#connection?.tear();
    this.#timer?.cancel();
    const open = [...this.#calls].filter(({ kind }) => kind !== "join");
    this.session.suspended(this.#unavailable(why));
    for (const call of open) {
      call.settle({ error: call.kind === "read" ? this.#unavailable(why) : this.#unknown(why) });
    }
    if (this.#over !== "no") return;
    const backoffMs = this.#parts.random.next() * (this.session.timeoutMs / 20);
    this.#wake(backoffMs, () => this.#connect());
  }

  #expired(): void {
    this.#end("no", this.#sessionExpired());
  }

  #end(over: "no" | "closed", trouble: CodedError): void {
    this.#over = over;
    this.#timer?.cancel();
    const calls = [...this.#calls];
    this.session.ended(trouble);
    for (const call of calls) call.settle({ error: trouble });
    this.#watches.clear();
  }

  #wake(inMs: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.clock.after(inMs, run);
  }

  #unavailable(why = "it is not connected"): CodedError {
    const message = `${this.description} does not answer: ${why}`;
    return new CodedError("UNAVAILABLE", message, {}, { transient: true });
  }

  #unknown(why: string): CodedError {
    const message = `whether ${this.description} took the write is unknown: ${why}`;
    return new CodedError("OUTCOME_UNKNOWN", message, {}, { transient: true });
  }

  #closed(): CodedError {
    return new CodedError("CLOSED", `${this.description} was closed here`);
  }

  #sessionExpired(): CodedError {
    return new CodedError("SESSION_EXPIRED", `the session with ${this.description} is over`);
  }
}

const torn = Symbol("torn");
type Torn = typeof torn;

function attempt(run: () => unknown): { value: unknown } | { error: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof CodedError) return { error };
    throw error;
  }
}
