/**
 * The ZooKeeper backend: the store's interface on one session.
 *
 * Reads are fresh (`fresh-reads.ts`), writes are transactions (`zookeeper-writer.ts`), members and
 * watches outlive connections. Nodes belong to whoever made them, as in Mesos (`zookeeper-acls.ts`).
 */

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
import { assertMember, assertPath, assertPathOrRoot, assertWrites } from "../store-path.ts";
import type { StoreUrl } from "../store-url.ts";
import { WatchTable } from "../watch-table.ts";
import { readFresh } from "./fresh-reads.ts";
import { formatServer, ServerList } from "./server-list.ts";
import { childrenCall, getDataCall, type WireCall } from "./wire-calls.ts";
import type { SessionTicket } from "./wire-frames.ts";
import { creatorAcls, openAcls } from "./zookeeper-acls.ts";
import { ZooKeeperMembers } from "./zookeeper-members.ts";
import { ZooKeeperRefusals } from "./zookeeper-refusals.ts";
import { ZooKeeperSession } from "./zookeeper-session.ts";
import { ZooKeeperWatches } from "./zookeeper-watches.ts";
import { ZooKeeperWriter } from "./zookeeper-writer.ts";

/** Values asked for at a time: of half a megabyte each, what a process can hold. */
const readsAtOnce = 64;

/** Connects in the background; `url.scheme` is "zk". */
export function openZooKeeper(url: StoreUrl, options: CoordinationOptions): Coordination {
  return new ZooKeeperCoordination(url, options);
}

export class ZooKeeperCoordination implements Coordination {
  readonly backend = "zookeeper";
  readonly description: string;
  readonly clock: Clock;
  readonly session: SessionRecord;
  readonly #connection: ZooKeeperSession;
  readonly #refusals: ZooKeeperRefusals;
  readonly #watches: ZooKeeperWatches;
  readonly #table: WatchTable;
  readonly #members: ZooKeeperMembers;
  readonly #writer: ZooKeeperWriter;

  constructor(url: StoreUrl, options: CoordinationOptions) {
    const { clock = steadyClock(), random = systemRandom(), logger } = options;
    const { servers, credentials, path } = url;
    const store = `zk://${servers.map(formatServer).join(",")}${path}`;
    const acls = credentials === undefined ? openAcls : creatorAcls;
    this.clock = clock;
    this.description = store;
    this.session = new SessionRecord(clock, options.sessionTimeoutMs);
    this.#table = new WatchTable(clock);
    this.#watches = new ZooKeeperWatches(this.#table, logger);
    this.#connection = new ZooKeeperSession({
      servers: new ServerList(servers, random),
      credentials,
      record: this.session,
      clock,
      random,
      logger,
      metrics: options.metrics,
      store,
      onConnected: () => this.#watches.connected(this.#connection),
      onChanged: (event) => this.#watches.changed(event),
    });
    const session = this.#connection;
    this.#refusals = new ZooKeeperRefusals(session, store, credentials?.user);
    this.#writer = new ZooKeeperWriter({ session, refusals: this.#refusals, acls, store });
    const makeGroup = (group: StorePath): Promise<void> => this.#writer.makePath(group);
    this.#members = new ZooKeeperMembers({ session, acls, store, makeGroup });
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
    for (let at = 0; at < paths.length; at += readsAtOnce) {
      values.push(...(await this.#read(paths.slice(at, at + readsAtOnce), getDataCall)));
    }
    return values.map((found) => found && { value: found.value, version: found.version });
  }

  /** ZooKeeper's own node at the root is not shown. */
  async children(path: StorePath): Promise<readonly string[]> {
    assertPathOrRoot(path);
    const [names = []] = await this.#read([path], (at) => childrenCall(at, false));
    return names.filter((name) => path !== "/" || name !== "zookeeper").sort();
  }

  async transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    assertWrites(writes);
    return await this.#writer.transact(writes);
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
      throw await this.#refusals.explain(error, `join "${group}"`, group);
    }
  }

  async leave(group: StorePath, member: Member): Promise<void> {
    assertPath(`${group}/${member.name}`);
    try {
      await this.#members.leave(group, member);
    } catch (error) {
      throw await this.#refusals.explain(error, `leave "${group}"`, `${group}/${member.name}`);
    }
  }

  async close(): Promise<void> {
    this.#table.clear();
    await this.#connection.close();
  }

  async #read<T>(
    paths: readonly StorePath[],
    callOf: (path: StorePath) => WireCall<T>,
  ): Promise<(T | undefined)[]> {
    try {
      return await readFresh(this.#connection, paths, callOf);
    } catch (error) {
      const [first = "/"] = paths;
      throw await this.#refusals.explain(error, `read "${first}"`, first);
    }
  }
}
