import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StorePath, StoreWrite, TransactionOutcome } from "../coordination.ts";
import { ancestorsOf, nameOf, parentOf } from "../store-path.ts";
import { childrenRange, treeKey } from "./etcd-keys.ts";
import type { Compare, RequestOperation } from "./etcd-messages.ts";
import { planBlindly, planOnSeen, type SeenTree } from "./etcd-transaction.ts";

/** etcd's key space as far as a transaction sees it (etcdserver/apply.go, applyCompare). */
class ModelOfEtcd {
  readonly #keys = new Map<string, { version: number; created: number; modified: number }>();
  revision = 1;

  holds(compare: Compare): boolean {
    const start = decode(compare.key);
    const end = compare.range_end === undefined ? undefined : decode(compare.range_end);
    const found = [...this.#keys].filter(([key]) =>
      end === undefined ? key === start : key >= start && key < end,
    );
    const zeros = { version: 0, created: 0, modified: 0 };
    const values = found.length === 0 ? [zeros] : found.map(([, value]) => value);
    return values.every((value) => {
      const [is, wanted] = comparedBy(compare, value);
      if (compare.result === "EQUAL") return is === wanted;
      return compare.result === "GREATER" ? is > wanted : is < wanted;
    });
  }

  apply(operations: readonly RequestOperation[]): void {
    this.revision += 1;
    const touched = new Set<string>();
    for (const operation of operations) {
      if ("request_range" in operation) continue;
      const isPut = "request_put" in operation;
      const key = decode(isPut ? operation.request_put.key : operation.request_delete_range.key);
      assert.ok(!touched.has(key), "etcd refuses a key that is written twice");
      touched.add(key);
      const before = this.#keys.get(key);
      if (!isPut) this.#keys.delete(key);
      else {
        this.#keys.set(key, {
          version: (before?.version ?? 0) + 1,
          created: before?.created ?? this.revision,
          modified: this.revision,
        });
      }
    }
  }

  see(paths: Iterable<StorePath>): SeenTree {
    const versions = new Map<StorePath, number>();
    const children = new Map<StorePath, Set<string>>();
    for (const path of paths) {
      const found = this.#keys.get(decode(treeKey(path)));
      if (found !== undefined) versions.set(path, found.version - 1);
      const { key } = childrenRange(path);
      const below = [...this.#keys.keys()].filter((each) => each.startsWith(decode(key)));
      children.set(path, new Set(below.map((each) => nameOf(each))));
    }
    return { revision: this.revision, versions, children };
  }
}

function comparedBy(
  compare: Compare,
  value: { version: number; created: number; modified: number },
): readonly [is: number, wanted: number] {
  switch (compare.target) {
    case "VERSION":
      return [value.version, Number(compare.version)];
    case "CREATE":
      return [value.created, Number(compare.create_revision)];
    case "MOD":
      return [value.modified, Number(compare.mod_revision)];
    case "LEASE":
      return [0, Number(compare.lease)];
  }
}

/** The interface's words, taken one by one. */
class NaiveTree {
  versions = new Map<StorePath, number>();

  transact(writes: readonly StoreWrite[]): TransactionOutcome {
    const before = new Map(this.versions);
    for (const [failed, write] of writes.entries()) {
      const why = this.#write(write);
      if (why === undefined) continue;
      this.versions = before;
      return { done: false, failed, why };
    }
    return { done: true };
  }

  #write(write: StoreWrite): (TransactionOutcome & { done: false })["why"] | undefined {
    const { path } = write;
    const version = this.versions.get(path);
    if (write.kind === "create" || (write.kind === "check" && write.version === "absent")) {
      if (version !== undefined) return "exists";
      if (write.kind === "check") return undefined;
      for (const above of ancestorsOf(path)) {
        if (!this.versions.has(above)) this.versions.set(above, 0);
      }
      this.versions.set(path, 0);
      return undefined;
    }
    if (version === undefined) return "missing";
    if (write.version !== undefined && write.version !== version) return "version";
    if (write.kind === "set") this.versions.set(path, version + 1);
    if (write.kind === "delete") {
      if ([...this.versions.keys()].some((other) => parentOf(other) === path))
        return "has-children";
      this.versions.delete(path);
    }
    return undefined;
  }
}

const paths = ["/a", "/b", "/a/x", "/a/y", "/a/x/1", "/b/x", "/b/x/1"];
const value = new Uint8Array(1);

const anyWrite: fc.Arbitrary<StoreWrite> = fc
  .tuple(
    fc.constantFrom("create", "set", "delete", "check"),
    fc.constantFrom(...paths),
    fc.constantFrom<number | "absent" | undefined>(undefined, 0, 1, 2, "absent"),
  )
  .map(([kind, path, version]): StoreWrite => {
    if (kind === "create") return { kind, path, value };
    if (kind === "check") return { kind, path, version: version ?? "absent" };
    const demanded = typeof version === "number" ? { version } : {};
    return kind === "set" ? { kind, path, value, ...demanded } : { kind, path, ...demanded };
  });

/** Each path once; none made again, on the way to another, that the same transaction deletes or changes. */
const anyTransaction = fc
  .uniqueArray(anyWrite, { selector: ({ path }) => path, maxLength: 4 })
  .filter((writes) => {
    const made = new Set(
      writes.flatMap(({ kind, path }) => (kind === "create" ? ancestorsOf(path) : [])),
    );
    return writes.every(
      ({ kind, path }) => !made.has(path) || kind === "create" || kind === "check",
    );
  });

test("a planned transaction does on etcd what the interface says, blindly or on what was seen", () => {
  fc.assert(
    fc.property(fc.array(anyTransaction, { maxLength: 8 }), (transactions) => {
      const etcd = new ModelOfEtcd();
      const naive = new NaiveTree();
      for (const writes of transactions) {
        const outcome = naive.transact(writes);
        const blind = planBlindly(writes);
        const isBlindDone =
          blind.kind === "send" && blind.compare.every((each) => etcd.holds(each));
        const plan = isBlindDone ? blind : planOnSeen(writes, etcd.see(paths));
        if (!outcome.done) {
          assert.deepEqual(plan, { kind: "refused", outcome });
        } else {
          assert.equal(plan.kind, "send");
          if (plan.kind !== "send") return;
          assert.ok(plan.compare.every((each) => etcd.holds(each)));
          etcd.apply(plan.success);
        }
        assert.deepEqual(
          [...etcd.see(paths).versions].sort(),
          [...naive.versions].filter(([path]) => paths.includes(path)).sort(),
        );
      }
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

test("planOnSeen() rests on no child having come since", () => {
  const etcd = new ModelOfEtcd();
  const create = (path: StorePath): StoreWrite => ({ kind: "create", path, value });
  const seed = planOnSeen([create("/a/x")], etcd.see(paths));
  assert.ok(seed.kind === "send");
  etcd.apply(seed.success);
  const writes: StoreWrite[] = [
    { kind: "delete", path: "/a/x" },
    { kind: "delete", path: "/a" },
  ];
  const plan = planOnSeen(writes, etcd.see(paths));
  assert.ok(plan.kind === "send" && plan.compare.every((each) => etcd.holds(each)));
  const late = planOnSeen([create("/a/y")], etcd.see(paths));
  assert.ok(late.kind === "send");
  etcd.apply(late.success);
  assert.ok(!plan.compare.every((each) => etcd.holds(each)));
  assert.deepEqual(planOnSeen(writes, etcd.see(paths)), {
    kind: "refused",
    outcome: { done: false, failed: 1, why: "has-children" },
  });
});

function decode(key: string): string {
  return Buffer.from(key, "base64").toString("utf8");
}
