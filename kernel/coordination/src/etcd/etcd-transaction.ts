/**
 * Turns writes to the tree into one etcd transaction: what must hold, and what is then written.
 *
 * The idea: first plan *blindly*, taking for true what each write asks for; then the one transaction
 * is all that happens. Only if etcd says that something did not hold is the tree read, at one
 * revision, and the writes planned again on what was *seen*: that either names the first write that
 * cannot be done, or gives a transaction whose conditions are what was seen.
 *
 * Pure. Sends nothing, and knows no session.
 */

import type { StorePath, StoreWrite, TransactionOutcome } from "../coordination.ts";
import { ancestorsOf, nameOf, parentOf } from "../store-path.ts";
import { childrenRange, nameOfKey, treeKey } from "./etcd-keys.ts";
import {
  bytesToText,
  type Compare,
  equals,
  type KeyValue,
  type RequestOperation,
} from "./etcd-messages.ts";

/** The tree at one revision, as far as a transaction touches it. */
export interface SeenTree {
  readonly revision: number;
  /** Interface's versions; a path that is not there is absent. */
  readonly versions: ReadonlyMap<StorePath, number>;
  /** Names of the children of what is to be deleted. */
  readonly children: ReadonlyMap<StorePath, ReadonlySet<string>>;
}

export type TransactionPlan =
  | {
      readonly kind: "send";
      readonly compare: readonly Compare[];
      readonly success: readonly RequestOperation[];
    }
  | { readonly kind: "refused"; readonly outcome: TransactionOutcome }
  /** The writes contradict each other, or build on each other; only a look at the tree can tell. */
  | { readonly kind: "look" };

/** What a path is before the transaction; "present" is at any version. */
type Standing = "absent" | "present" | number;

type Refusal = "exists" | "missing" | "version" | "has-children";

/** Plans without knowing the tree. The writes name each path once. */
export function planBlindly(writes: readonly StoreWrite[]): TransactionPlan {
  const planner = new Planner(undefined);
  for (const write of writes) if (planner.add(write) !== undefined) return { kind: "look" };
  return planner.plan();
}

/** Plans on what was seen. Never "look". */
export function planOnSeen(writes: readonly StoreWrite[], seen: SeenTree): TransactionPlan {
  const planner = new Planner(seen);
  for (const [failed, write] of writes.entries()) {
    const why = planner.add(write);
    if (why !== undefined) return { kind: "refused", outcome: { done: false, failed, why } };
  }
  return planner.plan();
}

/** What has to be read for `planOnSeen`. */
export function pathsToSee(writes: readonly StoreWrite[]): {
  readonly values: readonly StorePath[];
  readonly childrenOf: readonly StorePath[];
} {
  const values = new Set<StorePath>();
  const childrenOf = new Set<StorePath>();
  for (const write of writes) {
    values.add(write.path);
    if (write.kind === "create") for (const above of ancestorsOf(write.path)) values.add(above);
    if (write.kind === "delete") childrenOf.add(write.path);
  }
  return { values: [...values], childrenOf: [...childrenOf] };
}

/** The interface's version of a key: etcd counts from 1. */
export function versionOf(kv: KeyValue): number {
  return Number(kv.version ?? 1) - 1;
}

export function childNames(kvs: readonly KeyValue[]): string[] {
  return kvs.map((kv) => nameOfKey(kv.key)).sort();
}

class Planner {
  readonly #seen: SeenTree | undefined;
  readonly #before = new Map<StorePath, Standing>();
  /** Only what the transaction itself changes; null when it deletes. */
  readonly #after = new Map<StorePath, Uint8Array | null>();
  /** What is made, not set: it hangs on no lease. */
  readonly #made = new Set<StorePath>();
  readonly #childless = new Set<StorePath>();

  constructor(seen: SeenTree | undefined) {
    this.#seen = seen;
  }

  /** Takes one more write; says why not when it cannot be done after those before it. */
  add(write: StoreWrite): Refusal | undefined {
    switch (write.kind) {
      case "create":
        if (!this.#is(write.path, "absent")) return "exists";
        for (const above of ancestorsOf(write.path)) {
          if (!this.#is(above, "present")) this.#make(above, new Uint8Array(0));
        }
        this.#make(write.path, write.value);
        return undefined;
      case "set": {
        const why = this.#refusal(write.path, write.version);
        if (why === undefined) this.#after.set(write.path, write.value);
        return why;
      }
      case "delete": {
        const why = this.#refusal(write.path, write.version);
        if (why !== undefined) return why;
        if (this.#hasChildren(write.path)) return "has-children";
        this.#after.set(write.path, null);
        return undefined;
      }
      case "check":
        if (write.version !== "absent") return this.#refusal(write.path, write.version);
        return this.#is(write.path, "absent") ? undefined : "exists";
    }
  }

  plan(): TransactionPlan {
    return {
      kind: "send",
      compare: [...this.#compares()],
      success: [...this.#after].map(([path, value]) => this.#operation(path, value)),
    };
  }

  #operation(path: StorePath, value: Uint8Array | null): RequestOperation {
    const key = treeKey(path);
    if (value === null) return { request_delete_range: { key } };
    const put = { key, value: bytesToText(value) };
    // A member that is set stays one.
    return { request_put: this.#made.has(path) ? put : { ...put, ignore_lease: true } };
  }

  #make(path: StorePath, value: Uint8Array): void {
    this.#after.set(path, value);
    this.#made.add(path);
  }

  *#compares(): Iterable<Compare> {
    for (const [path, standing] of this.#before) {
      const compare = { key: treeKey(path), target: "VERSION" } as const;
      if (standing === "present") yield { ...compare, result: "GREATER", version: "0" };
      else {
        const version = standing === "absent" ? 0 : standing + 1;
        yield { ...compare, result: equals, version: String(version) };
      }
    }
    for (const path of this.#childless) {
      const range = childrenRange(path);
      // Of an empty range etcd compares a key of zeros, otherwise every key of it.
      if (this.#seen === undefined) {
        yield { ...range, target: "CREATE", result: equals, create_revision: "0" };
      } else {
        const mod_revision = String(this.#seen.revision + 1);
        yield { ...range, target: "MOD", result: "LESS", mod_revision };
      }
    }
  }

  #refusal(path: StorePath, version: number | undefined): Refusal | undefined {
    if (!this.#is(path, "present")) return "missing";
    return version === undefined || this.#is(path, version) ? undefined : "version";
  }

  /** Whether the path stands so now; blindly, it does unless that contradicts what was taken for true. */
  #is(path: StorePath, wanted: Standing): boolean {
    const after = this.#after.get(path);
    if (after === null) return wanted === "absent";
    // Asked again of a path only when it was made on the way to another, so it is at version 0.
    if (after !== undefined) return wanted === "present" || wanted === 0;
    const before = this.#seen === undefined ? this.#before.get(path) : this.#standing(path);
    const fits =
      before === undefined ||
      before === wanted ||
      (wanted === "present" && before !== "absent") ||
      (this.#seen === undefined && before === "present" && wanted !== "absent");
    // What is demanded is the condition; a version once demanded stays so.
    if (!fits) this.#before.set(path, before);
    else if (wanted !== "present" || !this.#before.has(path)) this.#before.set(path, wanted);
    return fits;
  }

  #standing(path: StorePath): Standing {
    return this.#seen?.versions.get(path) ?? "absent";
  }

  #hasChildren(path: StorePath): boolean {
    const left = new Set(this.#seen?.children.get(path) ?? []);
    for (const [changed, value] of this.#after) {
      if (parentOf(changed) !== path) continue;
      if (value === null) left.delete(nameOf(changed));
      else left.add(nameOf(changed));
    }
    this.#childless.add(path);
    return left.size > 0;
  }
}
