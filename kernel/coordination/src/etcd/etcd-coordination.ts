/**
 * The store on an etcd cluster (3.4 or later), over its JSON gateway.
 *
 * The tree is keys, versions are etcd's less one, and a transaction is etcd's own: what must hold,
 * then what is written. Every transaction also asks for the session's key, so that a process whose
 * session is over writes nothing, whatever it believes. Reads go through the quorum.
 *
 * Puts together client, session, watches and members. docs/decisions/0015-etcd-client.md says why
 * this client.
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
import { assertMember, assertPath, assertPathOrRoot, assertWrites } from "../store-path.ts";
import type { StoreUrl } from "../store-url.ts";
import { type CallOptions, closedError, EtcdClient } from "./etcd-client.ts";
import { childrenRange, sessionKey, treeKey } from "./etcd-keys.ts";
import { EtcdMembers } from "./etcd-members.ts";
import {
  type Compare,
  type RangeRequest,
  type RangeResponse,
  type TransactionRequest,
  type TransactionResponse,
  textToBytes,
} from "./etcd-messages.ts";
import { EtcdSession } from "./etcd-session.ts";
import {
  childNames,
  pathsToSee,
  planBlindly,
  planOnSeen,
  type SeenTree,
  type TransactionPlan,
  versionOf,
} from "./etcd-transaction.ts";
import { EtcdWatches } from "./etcd-watches.ts";
import { WriteQueue } from "./write-queue.ts";

/** etcd's `--max-txn-ops` is 128 unless somebody set it; one of them asks for the session. */
const operationsMax = 127;
/** Times that somebody may come between a look at the tree and the transaction built on it. */
const looksMax = 20;
const reading = { kind: "read" } as const;
const compactedCode = "OUT_OF_RANGE";

/** Connects in the background; see `Session.trouble` for why it does not. */
export function openEtcd(url: StoreUrl, options: CoordinationOptions): Coordination {
  return new EtcdCoordination(url, options);
}

class EtcdCoordination implements Coordination {
  readonly backend = "etcd";
  readonly description: string;
  readonly clock: Clock;
  readonly session: SessionRecord;
  readonly #client: EtcdClient;
  readonly #session: EtcdSession;
  readonly #watches: EtcdWatches;
  readonly #members: EtcdMembers;
  readonly #options: CoordinationOptions;
  readonly #writes = new WriteQueue();
  #seenRevision = 0;
  #closing: Promise<void> | undefined;

  constructor(url: StoreUrl, options: CoordinationOptions) {
    const { sessionTimeoutMs, logger } = options;
    const clock = options.clock ?? steadyClock();
    const random = options.random ?? systemRandom();
    this.#options = options;
    this.clock = clock;
    this.description = `etcd://${url.servers.map(({ host, port }) => `${host}:${port}`).join(",")}`;
    this.session = new SessionRecord(clock, sessionTimeoutMs);
    const client = new EtcdClient({
      url,
      clock,
      random,
      callMs: sessionTimeoutMs,
      attemptMs: sessionTimeoutMs / 4,
    });
    this.#client = client;
    this.#watches = new EtcdWatches({
      client,
      clock,
      random,
      logger,
      seenRevision: () => this.#seenRevision,
    });
    this.#members = new EtcdMembers({
      client,
      clock,
      logger,
      timeoutMs: () => this.session.timeoutMs,
    });
    client.onMove(() => this.#watches.reopen());
    this.session.watch((state) => {
      this.#count(`session_${state}`);
      if (state !== "connected") return;
      logger.info({ store: this.description, server: client.server }, "Connected to etcd");
      this.#reconnected();
    });
    this.#session = new EtcdSession({ client, record: this.session, clock, random, logger });
  }

  /** Of this session, as etcd names it; undefined before the first connection. For tests. */
  get lease(): string | undefined {
    return this.#session.lease;
  }

  async get(path: StorePath): Promise<StoredValue | undefined> {
    const [value] = await this.getAll([path]);
    return value;
  }

  async getAll(paths: readonly StorePath[]): Promise<readonly (StoredValue | undefined)[]> {
    for (const path of paths) assertPath(path);
    const { answers } = await this.#readAtOnce(paths.map((path) => ({ key: treeKey(path) })));
    return answers.map(({ kvs }) => {
      const kv = kvs?.[0];
      return kv === undefined
        ? undefined
        : { value: textToBytes(kv.value), version: versionOf(kv) };
    });
  }

  async children(path: StorePath): Promise<readonly string[]> {
    assertPathOrRoot(path);
    const { answers } = await this.#readAtOnce([{ ...childrenRange(path), keys_only: true }]);
    return childNames(answers[0]?.kvs ?? []);
  }

  async transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    assertWrites(writes);
    this.#assertOpen();
    const lease = this.#leaseNow();
    this.#count("transactions");
    // Waiting its turn counts.
    const until = this.clock.now() + this.session.timeoutMs;
    return this.#writes.run(() => this.#transact(writes, lease, until));
  }

  watch(path: StorePath, onChange: () => void): Watch {
    assertPathOrRoot(path);
    this.#assertOpen();
    return this.#watches.add(path, onChange);
  }

  async join(group: StorePath, prefix: string, value: Uint8Array): Promise<Member> {
    assertMember(group, prefix, value);
    this.#assertOpen();
    return this.#guard(() => this.#members.join(group, prefix, value, this.#leaseNow()));
  }

  async leave(group: StorePath, member: Member): Promise<void> {
    this.#assertOpen();
    return this.#guard(() => this.#members.leave(group, member.name, this.#leaseNow()));
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#watches.close();
    await this.#session.close();
    await this.#client.close();
    await this.#session.idle;
  }

  async #transact(
    writes: readonly StoreWrite[],
    lease: string,
    until: number,
  ): Promise<TransactionOutcome> {
    let plan = planBlindly(writes);
    for (let look = 0; look < looksMax; look += 1) {
      this.#assertOpen();
      if (plan.kind === "refused") return plan.outcome;
      if (plan.kind === "send" && (await this.#send(plan, lease, until))) return { done: true };
      plan = planOnSeen(writes, await this.#see(writes, lease));
    }
    const text = `others changed the same values ${looksMax} times while a transaction was built`;
    throw new CodedError("UNAVAILABLE", text, {}, { transient: true });
  }

  #reconnected(): void {
    this.#watches.reopen();
    void this.#members.clearUp();
  }

  /** Whether it was done; if not, something that it rests on did not hold. */
  async #send(
    plan: TransactionPlan & { kind: "send" },
    lease: string,
    until: number,
  ): Promise<boolean> {
    const compare: Compare[] = [
      { key: sessionKey(lease), target: "VERSION", result: "GREATER", version: "0" },
      ...plan.compare,
    ];
    if (Math.max(compare.length - 1, plan.success.length) > operationsMax) {
      const text = `a transaction of ${plan.success.length} writes on ${plan.compare.length} conditions is more than etcd takes (${operationsMax}): split it`;
      throw new CodedError("TOO_LARGE", text, { operationsMax });
    }
    const request: TransactionRequest = { compare, success: plan.success };
    const callMs = until - this.clock.now();
    const answer = await this.#call<TransactionResponse>("/v3/kv/txn", request, {
      kind: "write",
      callMs,
    });
    return answer.succeeded === true;
  }

  async #see(writes: readonly StoreWrite[], lease: string): Promise<SeenTree> {
    const { values, childrenOf } = pathsToSee(writes);
    const { revision, answers } = await this.#readAtOnce([
      { key: sessionKey(lease) },
      ...values.map((path) => ({ key: treeKey(path), keys_only: true })),
      ...childrenOf.map((path) => ({ ...childrenRange(path), keys_only: true })),
    ]);
    if (answers[0]?.kvs === undefined) {
      this.#session.ended();
      this.#assertOpen();
    }
    const versions = new Map<StorePath, number>();
    for (const [index, path] of values.entries()) {
      const kv = answers[1 + index]?.kvs?.[0];
      if (kv !== undefined) versions.set(path, versionOf(kv));
    }
    const children = new Map(
      childrenOf.map((path, index) => {
        const kvs = answers[1 + values.length + index]?.kvs ?? [];
        return [path, new Set(childNames(kvs))] as const;
      }),
    );
    return { revision, versions, children };
  }

  /** All of one revision, in as many calls as etcd's limit asks for. */
  async #readAtOnce(
    ranges: readonly RangeRequest[],
  ): Promise<{ readonly revision: number; readonly answers: readonly RangeResponse[] }> {
    this.#assertOpen();
    for (;;) {
      try {
        return await this.#readPieces(ranges);
      } catch (error) {
        // The revision of the first piece was compacted before the last one was read.
        if (!(error instanceof CodedError) || error.code !== compactedCode) throw error;
      }
    }
  }

  async #readPieces(
    ranges: readonly RangeRequest[],
  ): Promise<{ readonly revision: number; readonly answers: readonly RangeResponse[] }> {
    let revision = 0;
    const answers: RangeResponse[] = [];
    for (let start = 0; start < ranges.length; start += operationsMax) {
      const success = ranges.slice(start, start + operationsMax).map((range) => ({
        request_range: revision === 0 ? range : { ...range, revision: String(revision) },
      }));
      const answer = await this.#call<TransactionResponse>("/v3/kv/txn", { success }, reading);
      if (revision === 0) revision = Number(answer.header?.revision ?? 0);
      for (const { response_range } of answer.responses ?? []) answers.push(response_range ?? {});
    }
    return { revision, answers };
  }

  #call<Answer extends RangeResponse | TransactionResponse>(
    path: string,
    body: object,
    options: CallOptions,
  ): Promise<Answer> {
    return this.#guard(async () => {
      const answer = await this.#client.call<Answer>(path, body, options);
      this.#seenRevision = Math.max(this.#seenRevision, Number(answer.header?.revision ?? 0));
      return answer;
    });
  }

  /** Says of every failure first what became of the session. */
  async #guard<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      this.#assertOpen();
      if (error instanceof CodedError) {
        this.#count(`failures_${error.code.toLowerCase()}`);
        const isLeaseGone = error.code === "SESSION_EXPIRED" || error.code === "NOT_FOUND";
        if (isLeaseGone) this.#session.ended();
        this.#assertOpen();
      }
      throw error;
    }
  }

  #leaseNow(): string {
    const { lease } = this.#session;
    if (lease !== undefined) return lease;
    const text = `${this.description} has not answered yet`;
    const cause = this.session.trouble;
    if (cause?.code === "UNAUTHORIZED") throw cause;
    throw new CodedError("UNAVAILABLE", text, {}, { cause, transient: cause?.transient ?? true });
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError();
    if (this.session.state === "expired") {
      throw new CodedError("SESSION_EXPIRED", `the session with ${this.description} is over`);
    }
  }

  #count(name: string): void {
    this.#options.metrics?.counter(`coordination/etcd/${name}`).increment();
  }
}
