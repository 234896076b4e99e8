/**
 * The ZooKeeper backend: the store's interface on one session.
 *
 * Reads are as new as the ensemble's leader knew when they were asked: each goes behind a `sync` on
 * the same connection. Writes are `multi` transactions, many on their way at a time. Nodes belong to
 * whoever made them, as in Mesos (`zookeeper-acls.ts`).
 *
 * It repeats nothing on its own but a join, and a transaction that was planned on a stale view.
 */

import { CodedError } from "@tavola/base";
import { type Clock, systemRandom } from "@tavola/host";
import type {
  Coordination,
  Member,
  StoredValue,
  StorePath,
  StoreWrite,
  TransactionOutcome,
  Watch,
} from "../coordination.ts";
import type { CoordinationOptions } from "../options.ts";
import { SessionRecord } from "../session-record.ts";
import { steadyClock } from "../steady-clock.ts";
import {
  ancestorsOf,
  assertMember,
  assertPath,
  assertPathOrRoot,
  assertWrites,
} from "../store-path.ts";
import type { StoreUrl } from "../store-url.ts";
import { WatchTable } from "../watch-table.ts";
import { formatServer, ServerList } from "./server-list.ts";
import {
  type Acl,
  childrenCall,
  existsCall,
  getAclCall,
  getDataCall,
  multiCall,
  syncCall,
} from "./wire-calls.ts";
import type { SessionTicket } from "./wire-frames.ts";
import { creatorAcls, formatAcls, openAcls } from "./zookeeper-acls.ts";
import { Refusal, refusalError, unavailableError, zkErrors } from "./zookeeper-errors.ts";
import { ignoring, ZooKeeperMembers } from "./zookeeper-members.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";
import {
  outcomeOf,
  pathsAsked,
  planTransaction,
  stepsBytes,
  type TransactionPlan,
} from "./zookeeper-transaction.ts";
import { ZooKeeperWatches } from "./zookeeper-watches.ts";

const limits = {
  /** Values asked for at a time: of half a megabyte each, what a process can hold. */
  readsAtOnce: 64,
  /** A server drops who sends it more than 1 MiB less one byte (`jute.maxbuffer`). */
  transactionBytes: 1_000_000,
  /** Plans of one transaction, when others make and remove its parents meanwhile. */
  plans: 10,
  /** Paths remembered to exist. */
  known: 1_000,
} as const;

/** Connects in the background; `url.scheme` is "zk". */
export function openZooKeeper(url: StoreUrl, options: CoordinationOptions): Coordination {
  return new ZooKeeperCoordination(url, options);
}

export class ZooKeeperCoordination implements Coordination {
  readonly backend = "zookeeper";
  readonly description: string;
  readonly clock: Clock;
  readonly session: SessionRecord;
  readonly #user: string | undefined;
  readonly #acls: readonly Acl[];
  readonly #connection: ZooKeeperSession;
  readonly #watches: ZooKeeperWatches;
  readonly #table: WatchTable;
  readonly #members: ZooKeeperMembers;
  /** Paths that were there, as parents mostly still are: they need not be asked for again. */
  readonly #existing = new Set<StorePath>();
  /** Settles when the transaction that is looking what it has to make was sent. */
  #looking: Promise<void> | undefined;

  constructor(url: StoreUrl, options: CoordinationOptions) {
    const { clock = steadyClock(), random = systemRandom(), logger } = options;
    this.clock = clock;
    this.description = `zk://${url.servers.map(formatServer).join(",")}${url.path}`;
    this.session = new SessionRecord(clock, options.sessionTimeoutMs);
    this.#user = url.credentials?.user;
    this.#acls = url.credentials === undefined ? openAcls : creatorAcls;
    this.#table = new WatchTable(clock);
    this.#watches = new ZooKeeperWatches(this.#table, logger);
    this.#connection = new ZooKeeperSession({
      servers: new ServerList(url.servers, random),
      credentials: url.credentials,
      record: this.session,
      clock,
      random,
      logger,
      metrics: options.metrics,
      store: this.description,
      onConnected: () => this.#watches.connected(this.#connection),
      onChanged: (event) => this.#watches.changed(event),
    });
    this.#members = new ZooKeeperMembers({
      session: this.#connection,
      acls: this.#acls,
      store: this.description,
      makeGroup: (group) => this.#makeGroup(group),
    });
  }

  /** Whoever has it can take the session over, or end it. */
  get ticket(): SessionTicket {
    return this.#connection.ticket;
  }

  async get(path: StorePath): Promise<StoredValue | undefined> {
    const [value] = await this.getAll([path]);
    return value;
  }

  async getAll(paths: readonly StorePath[]): Promise<readonly (StoredValue | undefined)[]> {
    for (const path of paths) assertPath(path);
    const values: (StoredValue | undefined)[] = [];
    for (let at = 0; at < paths.length; at += limits.readsAtOnce) {
      const asked = paths.slice(at, at + limits.readsAtOnce);
      values.push(...(await this.#read(asked, (path) => this.#connection.call(getDataCall(path)))));
    }
    return values.map((found) => found && { value: found.value, version: found.version });
  }

  /** ZooKeeper's own node at the root is not shown. */
  async children(path: StorePath): Promise<readonly string[]> {
    assertPathOrRoot(path);
    const [names = []] = await this.#read([path], () =>
      this.#connection.call(childrenCall(path, false)),
    );
    return names.filter((name) => path !== "/" || name !== "zookeeper").sort();
  }

  async transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    assertWrites(writes);
    if (writes.length === 0) {
      await this.#connection.call(syncCall("/"));
      return { done: true };
    }
    for (let plans = 0; plans < limits.plans; plans += 1) {
      const outcome = await this.#transactOnce(writes);
      if (outcome !== "stale") return outcome;
      this.#existing.clear();
    }
    throw unavailableError(this.description, "others keep making and removing the paths above");
  }

  watch(path: StorePath, onChange: () => void): Watch {
    assertPathOrRoot(path);
    return this.#watches.add(path, onChange);
  }

  async join(group: StorePath, prefix: string, value: Uint8Array): Promise<Member> {
    assertMember(group, prefix, value);
    try {
      return await this.#members.join(group, prefix, value);
    } catch (error) {
      throw await this.#coded(error, `join "${group}"`, group);
    }
  }

  async leave(group: StorePath, member: Member): Promise<void> {
    assertPath(`${group}/${member.name}`);
    try {
      await this.#members.leave(group, member);
    } catch (error) {
      throw await this.#coded(error, `leave "${group}"`, `${group}/${member.name}`);
    }
  }

  async close(): Promise<void> {
    this.#table.clear();
    await this.#connection.close();
  }

  /** Asks for all of them behind one `sync`; undefined for those that are not there. */
  async #read<T>(
    paths: readonly StorePath[],
    call: (path: StorePath) => Promise<T>,
  ): Promise<(T | undefined)[]> {
    const [first = "/"] = paths;
    try {
      const [, ...answers] = await Promise.all([
        this.#connection.call(syncCall(first)),
        ...paths.map((path) => ignoring(zkErrors.noNode, call(path))),
      ]);
      return answers as (T | undefined)[];
    } catch (error) {
      throw await this.#coded(error, `read "${first}"`, first);
    }
  }

  async #transactOnce(writes: readonly StoreWrite[]): Promise<TransactionOutcome | "stale"> {
    const { plan, answer } = await this.#send(writes);
    const outcome = outcomeOf(plan, await answer());
    if (outcome.done === "stale") return "stale";
    if (outcome.done === "refused") {
      const { error, step } = outcome;
      const refusal = new Refusal(step.kind, error);
      throw await this.#coded(refusal, `${step.kind} "${step.path}"`, step.path);
    }
    for (const write of outcome.done ? writes : []) {
      if (write.kind === "delete") this.#existing.delete(write.path);
      if (write.kind === "create") for (const path of ancestorsOf(write.path)) this.#remember(path);
    }
    return outcome;
  }

  /**
   * Transactions leave in the order in which they were asked for: where one has to look first, those
   * after it wait until it was sent.
   */
  async #send(
    writes: readonly StoreWrite[],
  ): Promise<{ plan: TransactionPlan; answer: () => Promise<number[]> }> {
    while (this.#looking !== undefined) await this.#looking;
    const unknown = pathsAsked(writes).filter((path) => !this.#existing.has(path));
    const looking = unknown.length > 0 ? Promise.withResolvers<void>() : undefined;
    this.#looking = looking?.promise;
    try {
      if (looking !== undefined) await this.#look(unknown);
      const plan = planTransaction(writes, this.#existing, this.#acls);
      this.#assertSize(plan);
      const answer = this.#multi(plan);
      return { plan, answer: () => answer };
    } finally {
      this.#looking = undefined;
      looking?.resolve();
    }
  }

  async #multi(plan: TransactionPlan): Promise<number[]> {
    try {
      return await this.#connection.call(multiCall(plan.steps));
    } catch (error) {
      const path = plan.steps[0]?.path ?? "/";
      throw await this.#coded(error, `write "${path}"`, path);
    }
  }

  /** PERF: seldom needed, as most writes go below paths that are known. */
  async #look(paths: readonly StorePath[]): Promise<void> {
    const stats = await this.#read(paths, (path) => this.#connection.call(existsCall(path, false)));
    for (const [at, path] of paths.entries()) if (stats[at] !== undefined) this.#remember(path);
  }

  #remember(path: StorePath): void {
    if (this.#existing.size >= limits.known) this.#existing.clear();
    this.#existing.add(path);
  }

  #assertSize({ steps }: TransactionPlan): void {
    const bytes = stepsBytes(steps);
    if (bytes <= limits.transactionBytes) return;
    throw new CodedError(
      "TOO_LARGE",
      `a transaction of ${steps.length} steps and ${bytes} bytes is more than ZooKeeper takes at once (${limits.transactionBytes}): split it`,
      { bytes, bytesMax: limits.transactionBytes },
    );
  }

  /** Looks first: ZooKeeper refuses to make what is there when its parent is not ours. */
  async #makeGroup(group: StorePath): Promise<void> {
    const [stat] = await this.#read([group], (path) =>
      this.#connection.call(existsCall(path, false)),
    );
    if (stat === undefined) {
      await this.transact([{ kind: "create", path: group, value: new Uint8Array() }]);
    }
  }

  /** A refusal as a sentence, with who may do what where that matters; other errors as they are. */
  async #coded(thrown: unknown, what: string, path: StorePath): Promise<unknown> {
    if (!(thrown instanceof Refusal)) return thrown;
    const rights = thrown.error === zkErrors.noAuth ? await this.#rightsAt(path) : undefined;
    return refusalError(thrown.error, {
      what,
      path,
      store: this.description,
      user: this.#user,
      ...(rights === undefined ? {} : { rights }),
    });
  }

  /** Of the nearest node at or above the path that tells. */
  async #rightsAt(path: StorePath): Promise<string | undefined> {
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      try {
        return `at "${at}" ${formatAcls(await this.#connection.call(getAclCall(at)))}`;
      } catch (error) {
        if (!(error instanceof Refusal)) return undefined;
      }
    }
    return undefined;
  }
}
