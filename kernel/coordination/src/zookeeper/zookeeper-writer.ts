/**
 * Transactions, from asking what they have to make to their outcome.
 *
 * They leave in the order in which they were asked for, many on their way at a time. What is known to
 * exist is remembered, so that a log below one path costs one round trip a write. A transaction that
 * was planned on a stale view is planned again; nothing else is repeated.
 */

import { CodedError } from "@tavola/base";
import type { StorePath, StoreWrite, TransactionOutcome } from "../coordination.ts";
import { ancestorsOf } from "../store-path.ts";
import { readFresh } from "./fresh-reads.ts";
import { type Acl, existsCall, multiCall, syncCall } from "./wire-calls.ts";
import { Refusal, unavailableError } from "./zookeeper-errors.ts";
import type { ZooKeeperRefusals } from "./zookeeper-refusals.ts";
import type { ZooKeeperSession } from "./zookeeper-session.ts";
import {
  outcomeOf,
  pathsAsked,
  planTransaction,
  stepsBytes,
  type TransactionPlan,
} from "./zookeeper-transaction.ts";

export interface ZooKeeperWriterOptions {
  readonly session: ZooKeeperSession;
  readonly refusals: ZooKeeperRefusals;
  readonly acls: readonly Acl[];
  readonly store: string;
}

const limits = {
  /** A server drops who sends it 1 MiB or more (`jute.maxbuffer`). */
  transactionBytes: 1_000_000,
  /** Plans of one transaction, when others make and remove its parents meanwhile. */
  plans: 10,
  /** Paths remembered to exist. */
  known: 1_000,
} as const;

export class ZooKeeperWriter {
  readonly #options: ZooKeeperWriterOptions;
  readonly #existing = new Set<StorePath>();
  /** Settles when the transaction that is looking what it has to make was sent. */
  #looking: Promise<void> | undefined;

  constructor(options: ZooKeeperWriterOptions) {
    this.#options = options;
  }

  async transact(writes: readonly StoreWrite[]): Promise<TransactionOutcome> {
    const { session, store } = this.#options;
    if (writes.length === 0) {
      await session.call(syncCall("/"));
      return { done: true };
    }
    for (let plans = 0; plans < limits.plans; plans += 1) {
      const outcome = await this.#transactOnce(writes);
      if (outcome !== "stale") return outcome;
      this.#existing.clear();
    }
    throw unavailableError(store, "others keep making and removing the paths above");
  }

  /**
   * Makes a path and what is missing above it; one that is there is no error. It looks first:
   * ZooKeeper refuses to make even what is there when its parent is somebody else's.
   */
  async makePath(path: StorePath): Promise<void> {
    const { session } = this.#options;
    const [stat] = await readFresh(session, [path], (at) => existsCall(at, false));
    if (stat === undefined) {
      await this.transact([{ kind: "create", path, value: new Uint8Array() }]);
    }
  }

  async #transactOnce(writes: readonly StoreWrite[]): Promise<TransactionOutcome | "stale"> {
    const { refusals } = this.#options;
    const { plan, answer } = await this.#send(writes);
    const outcome = outcomeOf(plan, await answer());
    if (outcome.done === "stale") return "stale";
    if (outcome.done === "refused") {
      const { error, step } = outcome;
      const refusal = new Refusal(step.kind, error);
      throw await refusals.explain(refusal, `${step.kind} "${step.path}"`, step.path);
    }
    for (const write of outcome.done ? writes : []) {
      if (write.kind === "delete") this.#existing.delete(write.path);
      if (write.kind === "create") for (const path of ancestorsOf(write.path)) this.#remember(path);
    }
    return outcome;
  }

  /** Where one has to look first, those after it wait until it was sent. */
  async #send(
    writes: readonly StoreWrite[],
  ): Promise<{ plan: TransactionPlan; answer: () => Promise<number[]> }> {
    while (this.#looking !== undefined) await this.#looking;
    const unknown = pathsAsked(writes).filter((path) => !this.#existing.has(path));
    const looking = unknown.length > 0 ? Promise.withResolvers<void>() : undefined;
    this.#looking = looking?.promise;
    try {
      if (looking !== undefined) await this.#look(unknown);
      const plan = planTransaction(writes, this.#existing, this.#options.acls);
      assertSize(plan);
      const answer = this.#multi(plan);
      return { plan, answer: () => answer };
    } finally {
      this.#looking = undefined;
      looking?.resolve();
    }
  }

  async #multi(plan: TransactionPlan): Promise<number[]> {
    const { session, refusals } = this.#options;
    try {
      return await session.call(multiCall(plan.steps));
    } catch (error) {
      const path = plan.steps[0]?.path ?? "/";
      throw await refusals.explain(error, `write "${path}"`, path);
    }
  }

  async #look(paths: readonly StorePath[]): Promise<void> {
    const stats = await readFresh(this.#options.session, paths, (path) => existsCall(path, false));
    for (const [at, path] of paths.entries()) if (stats[at] !== undefined) this.#remember(path);
  }

  #remember(path: StorePath): void {
    if (this.#existing.size >= limits.known) this.#existing.clear();
    this.#existing.add(path);
  }
}

function assertSize({ steps }: TransactionPlan): void {
  const bytes = stepsBytes(steps);
  if (bytes <= limits.transactionBytes) return;
  throw new CodedError(
    "TOO_LARGE",
    `a transaction of ${steps.length} steps and ${bytes} bytes is more than ZooKeeper takes at once (${limits.transactionBytes}): split it`,
    { bytes, bytesMax: limits.transactionBytes },
  );
}
