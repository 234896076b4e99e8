/**
 * Members: keys that hang on the session's lease, named by a counter of their group.
 *
 * The counter and the member are written in one transaction, so a number is given once, for ever. An
 * answer that was lost is no matter: the names that were tried are looked at before another number is
 * taken, and one that hangs on our lease is ours. Numbers taken in vain stay unused.
 *
 * Owns joining and leaving. Who leads is `election.ts`'s to say.
 */

import { CodedError } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import type { Member, StorePath } from "../coordination.ts";
import { formatMemberName, parseMemberSequence } from "../member-name.ts";
import { ancestorsOf } from "../store-path.ts";
import type { EtcdClient } from "./etcd-client.ts";
import { sequenceKey, sessionKey, treeKey } from "./etcd-keys.ts";
import {
  bytesToText,
  type Compare,
  equals,
  type KeyValue,
  type RequestOperation,
  type TransactionRequest,
  type TransactionResponse,
  textToBytes,
} from "./etcd-messages.ts";

export interface EtcdMembersOptions {
  readonly client: EtcdClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: () => number;
}

interface Joining {
  readonly group: StorePath;
  readonly prefix: string;
  readonly value: Uint8Array;
  readonly lease: string;
  /** Names that a transaction was sent for. */
  readonly tried: string[];
  /** Numbers to pass over, because somebody else made a key of that name. */
  passedOver: number;
  /** What the counter was at the last attempt. */
  triedAt: string | undefined;
}

interface Counter {
  /** The next number. */
  readonly next: number;
  /** Of the counter's key; "0" when there is none. */
  readonly revision: string;
}

const retryPauseMs = 50;

export class EtcdMembers {
  readonly #options: EtcdMembersOptions;
  /** Joins that were given up while one of their transactions may still be done. */
  readonly #abandoned = new Set<Joining>();

  constructor(options: EtcdMembersOptions) {
    this.#options = options;
  }

  /** Rejects with SESSION_EXPIRED when the lease is gone, UNAVAILABLE after a session's timeout. */
  async join(group: StorePath, prefix: string, value: Uint8Array, lease: string): Promise<Member> {
    const joining: Joining = {
      group,
      prefix,
      value,
      lease,
      tried: [],
      passedOver: 0,
      triedAt: undefined,
    };
    const until = this.#options.clock.now() + this.#options.timeoutMs();
    for (;;) {
      try {
        const member = await this.#tryToJoin(joining);
        if (member !== undefined) return member;
      } catch (error) {
        const isOver = this.#options.clock.now() + retryPauseMs >= until;
        const code = error instanceof CodedError ? error.code : "";
        if (isOver || (code !== "OUTCOME_UNKNOWN" && code !== "UNAVAILABLE")) {
          if (joining.tried.length > 0) this.#abandoned.add(joining);
          if (code !== "OUTCOME_UNKNOWN") throw error;
          const text = "etcd did not answer while a member joined";
          throw new CodedError("UNAVAILABLE", text, { group }, { cause: error, transient: true });
        }
        await new Promise<void>((resolve) => this.#options.clock.after(retryPauseMs, resolve));
      }
    }
  }

  async leave(group: StorePath, name: string, lease: string): Promise<void> {
    const key = treeKey(`${group}/${name}`);
    // Twice does no harm: the name is never given again.
    await this.#transact({
      compare: [{ key, target: "LEASE", result: equals, lease }],
      success: [{ request_delete_range: { key } }],
    });
  }

  /** Removes what was left of joins that were given up. Called when the store is back. */
  async clearUp(): Promise<void> {
    for (const joining of this.#abandoned) {
      this.#abandoned.delete(joining);
      try {
        await this.#forget(joining);
      } catch (error) {
        this.#abandoned.add(joining);
        this.#options.logger.warn({ error, group: joining.group }, "could not clear up a member");
        return;
      }
    }
  }

  /** Undefined when somebody else was quicker, or the group was made or removed meanwhile. */
  async #tryToJoin(joining: Joining): Promise<Member | undefined> {
    const { group, prefix, lease, value, tried } = joining;
    const above = [...ancestorsOf(group), group];
    const { counter, found, missing } = await this.#look(joining, above);
    if (found !== undefined) return found;
    if (counter.revision === joining.triedAt) joining.passedOver += 1;
    joining.triedAt = counter.revision;

    const sequence = counter.next + joining.passedOver;
    const name = formatMemberName(prefix, sequence);
    const key = treeKey(`${group}/${name}`);
    tried.push(name);
    const compare: Compare[] = [
      counterStands(group, counter),
      { key, target: "VERSION", result: equals, version: "0" },
      ...above.map(
        (path): Compare => ({
          key: treeKey(path),
          target: "VERSION",
          ...(missing.has(path)
            ? { result: equals, version: "0" }
            : { result: "GREATER", version: "0" }),
        }),
      ),
    ];
    const success: RequestOperation[] = [
      countTo(group, sequence + 1),
      ...[...missing].map((path) => ({ request_put: { key: treeKey(path), value: "" } })),
      { request_put: { key, value: bytesToText(value), lease } },
    ];
    const answer = await this.#options.client.call<TransactionResponse>(
      "/v3/kv/txn",
      { compare, success } satisfies TransactionRequest,
      { kind: "write" },
    );
    return answer.succeeded ? { name, sequence } : undefined;
  }

  /** The counter, the session, what is missing above, and whether a name we tried is there after all. */
  async #look(
    { group, prefix, lease, tried }: Joining,
    above: readonly StorePath[],
  ): Promise<{
    readonly counter: Counter;
    readonly found: Member | undefined;
    readonly missing: ReadonlySet<StorePath>;
  }> {
    const keys = [
      sequenceKey(group),
      sessionKey(lease),
      ...above.map((path) => treeKey(path)),
      ...tried.map((name) => treeKey(`${group}/${name}`)),
    ];
    const [counter, session, ...rest] = await this.#read(keys);
    if (session === undefined) throw leaseGone();
    const at = rest.slice(above.length).findIndex((kv) => kv?.lease === lease);
    const name = tried[at];
    return {
      counter: counterOf(counter),
      found:
        name === undefined ? undefined : { name, sequence: parseMemberSequence(name, prefix) ?? 0 },
      missing: new Set(above.filter((_path, index) => rest[index] === undefined)),
    };
  }

  /** Moves the counter on, so that nothing under way can be done any more, and removes what was. */
  async #forget({ group, tried, lease }: Joining): Promise<void> {
    for (;;) {
      const [kv] = await this.#read([sequenceKey(group)]);
      const counter = counterOf(kv);
      const answer = await this.#transact({
        compare: [counterStands(group, counter)],
        success: [countTo(group, counter.next + 1)],
      });
      if (answer.succeeded) break;
    }
    for (const name of tried) await this.leave(group, name, lease);
  }

  async #read(keys: readonly string[]): Promise<readonly (KeyValue | undefined)[]> {
    const answer = await this.#transact({
      success: keys.map((key) => ({ request_range: { key } })),
    });
    return keys.map((_key, index) => answer.responses?.[index]?.response_range?.kvs?.[0]);
  }

  #transact(request: TransactionRequest): Promise<TransactionResponse> {
    return this.#options.client.call("/v3/kv/txn", request, { kind: "read" });
  }
}

function counterOf(kv: KeyValue | undefined): Counter {
  return {
    next: kv === undefined ? 0 : Number(Buffer.from(textToBytes(kv.value)).toString("utf8")),
    revision: kv?.mod_revision ?? "0",
  };
}

function counterStands(group: StorePath, { revision }: Counter): Compare {
  const key = sequenceKey(group);
  return { key, target: "MOD", result: equals, mod_revision: revision };
}

function countTo(group: StorePath, next: number): RequestOperation {
  const value = bytesToText(Buffer.from(String(next)));
  return { request_put: { key: sequenceKey(group), value } };
}

function leaseGone(): CodedError {
  return new CodedError("SESSION_EXPIRED", "etcd ended this session");
}
