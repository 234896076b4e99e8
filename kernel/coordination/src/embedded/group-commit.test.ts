import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import { simulatedClock } from "@tavola/host";
import { GroupCommit } from "./group-commit.ts";

/** A disk that takes what it is given when it is told to. */
function slowDisk() {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (x)");
  const syncs: PromiseWithResolvers<void>[] = [];
  const failures: CodedError[] = [];
  let committed = 0;
  const writes = new GroupCommit({
    database,
    file: "/store.db",
    clock: simulatedClock(),
    random: seededRandom(1),
    lockWaitMs: 1000,
    synced: () => {
      const sync = Promise.withResolvers<void>();
      syncs.push(sync);
      return sync.promise;
    },
    before: () => undefined,
    committed: () => {
      committed += 1;
    },
    failed: (error) => {
      failures.push(error);
      writes.close(error);
    },
  });
  const insert = (x: number): Promise<number> =>
    writes.add(() => {
      database.prepare("INSERT INTO t VALUES (?)").run(x);
      return x;
    });
  const stored = (): unknown[] =>
    database
      .prepare("SELECT x FROM t ORDER BY x")
      .all()
      .map(({ x }) => x);
  return { insert, stored, syncs, failures, committed: () => committed };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("nobody is told before it is on the disk, and what comes meanwhile shares the next sync", async () => {
  const { insert, stored, syncs, committed } = slowDisk();
  const told: number[] = [];
  const first = [1, 2].map((x) => insert(x).then((y) => told.push(y)));
  await settle();
  assert.equal(syncs.length, 1);
  const second = [3, 4, 5].map((x) => insert(x).then((y) => told.push(y)));
  await settle();
  assert.deepEqual([told, stored(), syncs.length], [[], [1, 2], 1]);
  syncs[0]?.resolve();
  await Promise.all(first);
  await settle();
  assert.deepEqual([told, stored(), syncs.length], [[1, 2], [1, 2, 3, 4, 5], 2]);
  assert.equal(committed(), 1);
  syncs[1]?.resolve();
  await Promise.all(second);
  assert.equal(committed(), 2);
});

test("what did not get onto the disk has an unknown outcome, and nothing is written after it", async () => {
  const { insert, stored, syncs, failures } = slowDisk();
  const isUnknown = (error: unknown): boolean =>
    error instanceof CodedError && error.code === "OUTCOME_UNKNOWN";
  const first = assert.rejects(insert(1), isUnknown);
  await settle();
  const second = assert.rejects(insert(2), isUnknown);
  syncs[0]?.reject(new Error("EIO"));
  await first;
  await second;
  await settle();
  assert.deepEqual([stored(), syncs.length, failures.length], [[1], 1, 1]);
});
