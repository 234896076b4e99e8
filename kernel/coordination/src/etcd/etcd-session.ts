/**
 * The session: an etcd lease, kept alive by a heartbeat.
 *
 * A heartbeat is two questions. The first renews the lease. The second reads the session's key through
 * the cluster's quorum, and its answer must come from the same term as the first's: an etcd 3.4 leader
 * that was cut off renews leases for a moment after another was elected, and only a quorum shows that
 * it was not that one which answered. Alive is counted from the moment at which the first was sent.
 *
 *     grant ──► put session key ──► heartbeat every quarter of the timeout ──► lease gone: expired
 *       ▲            │ lease gone                 │ no answer: suspended, asked again soon
 *       └────────────┘                            └──────►
 *
 * Owns the lease. Does not decide what an expired session means; its owner ends or opens a new one.
 */

import { CodedError, type Random } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import type { SessionRecord } from "../session-record.ts";
import { closedError, type EtcdClient } from "./etcd-client.ts";
import { sessionKey } from "./etcd-keys.ts";
import type { LeaseResponse, RangeResponse } from "./etcd-messages.ts";

export interface EtcdSessionOptions {
  readonly client: EtcdClient;
  readonly record: SessionRecord;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Terms that change between a heartbeat's two questions, before it is given up till the next. */
const termChangesMax = 5;
const retryMs = { first: 100, most: 1_000 } as const;

export class EtcdSession {
  readonly #client: EtcdClient;
  readonly #record: SessionRecord;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #askedTimeoutMs: number;
  #lease: string | undefined;
  #closed = false;
  #failures = 0;
  #wake: (() => void) | undefined;
  readonly #running: Promise<void>;

  constructor({ client, record, clock, random, logger }: EtcdSessionOptions) {
    this.#client = client;
    this.#record = record;
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
    this.#askedTimeoutMs = record.timeoutMs;
    this.#running = this.#run();
  }

  /** The lease that members hang on; undefined before the first connection. */
  get lease(): string | undefined {
    return this.#lease;
  }

  /** Found out elsewhere: a call said that the lease is no more. */
  ended(): void {
    this.#record.ended(
      new CodedError(
        "SESSION_EXPIRED",
        "etcd ended this session: it had not heard from it in time",
      ),
    );
    this.#wake?.();
  }

  /** Gives the lease back, so that its members leave at once; as far as etcd can be reached. */
  async close(): Promise<void> {
    const wasExpired = this.#record.state === "expired";
    this.#closed = true;
    this.#wake?.();
    this.#record.ended(closedError());
    if (this.#lease === undefined || wasExpired) return;
    const callMs = Math.min(2_000, this.#askedTimeoutMs);
    await this.#client
      .call("/v3/lease/revoke", { ID: this.#lease }, { kind: "read", callMs, isUrgent: true })
      .catch((error: unknown) =>
        this.#logger.warn({ error }, "could not give the lease back; etcd ends it in its time"),
      );
  }

  /** Resolves when nothing of it is under way. */
  get idle(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed && this.#record.state !== "expired") {
      const waitMs = await this.#beat();
      if (this.#closed) return;
      await this.#sleep(waitMs);
    }
  }

  /** One step; answers in how many milliseconds the next is due. */
  async #beat(): Promise<number> {
    try {
      if (this.#record.state === "expired") return 0;
      if (this.#lease === undefined) await this.#begin();
      else await this.#renew(this.#lease);
      this.#failures = 0;
      return this.#record.timeoutMs / 4;
    } catch (error) {
      if (this.#closed) return 0;
      this.#failed(error);
      this.#failures += 1;
      const backOff = Math.min(retryMs.most, retryMs.first * 2 ** this.#failures);
      return Math.min(backOff, this.#record.timeoutMs / 8) * (0.5 + this.#random.next() / 2);
    }
  }

  async #begin(): Promise<void> {
    const askedAt = this.#clock.now();
    const seconds = Math.ceil(this.#askedTimeoutMs / 1000);
    const granted = await this.#client.call<LeaseResponse>(
      "/v3/lease/grant",
      { TTL: String(seconds) },
      { kind: "read", isUrgent: true },
    );
    const lease = granted.ID ?? "";
    const put = { key: sessionKey(lease), value: "", lease };
    await this.#client.call("/v3/kv/put", put, { kind: "read", isUrgent: true });
    if (this.#closed) return;
    this.#lease = lease;
    this.#record.agreed(Number(granted.TTL ?? seconds) * 1000);
    this.#record.answered(askedAt);
  }

  async #renew(lease: string): Promise<void> {
    const callMs = this.#record.timeoutMs / 2;
    for (let change = 0; change < termChangesMax; change += 1) {
      const askedAt = this.#clock.now();
      const renewal = await this.#client.call<{ readonly result?: LeaseResponse }>(
        "/v3/lease/keepalive",
        { ID: lease },
        { kind: "read", callMs, isUrgent: true },
      );
      if (renewal.result === undefined) throw unanswered("the renewal of the lease");
      if (Number(renewal.result.TTL ?? 0) <= 0) return this.ended();
      const seen = await this.#client.call<RangeResponse>(
        "/v3/kv/range",
        { key: sessionKey(lease) },
        { kind: "read", callMs, isUrgent: true },
      );
      if (seen.kvs === undefined) return this.ended();
      if (seen.header?.raft_term === renewal.result.header?.raft_term) {
        this.#record.answered(askedAt);
        return;
      }
    }
    throw unanswered("a heartbeat within one term");
  }

  #failed(error: unknown): void {
    // A lease that ended before it was used is no more than another reason to try again.
    const isItsOwn = error instanceof CodedError && error.code !== "NOT_FOUND";
    const options = { cause: error, transient: true };
    const trouble = isItsOwn
      ? error
      : new CodedError("UNAVAILABLE", "etcd gave no usable answer", {}, options);
    if (this.#record.state === "connected" || this.#failures === 0) {
      this.#logger.warn({ error: trouble, server: this.#client.server }, "etcd does not answer");
    }
    this.#record.suspended(trouble);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function unanswered(what: string): CodedError {
  const text = `etcd did not answer ${what}`;
  return new CodedError("UNAVAILABLE", text, {}, { transient: true });
}
