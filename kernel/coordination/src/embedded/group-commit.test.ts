import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, type Instant, seededRandom } from "@tavola/base";
import { simulatedClock } from "@tavola/host";
import { GroupCommit } from "./group-commit.ts";
import type { StoreChange, TransactionAnswer } from "./store-transaction.ts";
import { outcomeUnknown } from "./store-writer.ts";

/** A disk that takes what it is given when it is told to. */
function slowDisk() {
  const clock = simulatedClock();
  const transactions: (PromiseWithResolvers<TransactionAnswer> & { readonly paths: string[] })[] =
    [];
  const over: string[] = [];
  let committed = 0;
  const writes = new GroupCommit({
    writer: {
      run: (changes) => {
        const paths = changes.map((change) => (change.kind === "leave" ? change.path : ""));
        const transaction = { ...Promise.withResolvers<TransactionAnswer>(), paths };
        transactions.push(transaction);
        return transaction.promise;
      },
      close: async () => undefined,
    },
    clock,
    random: seededRandom(1),
    lockWaitMs: 1000,
    session: () => ({ id: 1, now: 0 as Instant }),
    committed: () => {
      committed += 1;
    },
    errorOf: () => outcomeUnknown("/store.db", undefined),
    over: ({ kind }) => {
      over.push(kind);
      writes.close(outcomeUnknown("/store.db", undefined));
    },
  });
  const write = (path: string): Promise<string> =>
    writes.add({ kind: "leave", path } satisfies StoreChange).then(() => path);
  const done = (transaction: number): void => {
    const { paths = [], resolve } = transactions[transaction] ?? {};
    resolve?.({ kind: "done", outcomes: paths.map(() => ({ value: undefined })) });
  };
  const paths = (): readonly string[][] => transactions.map((each) => each.paths);
  return { write, done, clock, paths, transactions, over, committed: () => committed };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const isUnknown = { code: "OUTCOME_UNKNOWN" };

test("nobody is told before it is on the disk, and what comes meanwhile is written together", async () => {
  const { write, done, paths, committed } = slowDisk();
  const told: string[] = [];
  const first = ["/1", "/2"].map((path) => write(path).then((each) => told.push(each)));
  await settle();
  const second = ["/3", "/4", "/5"].map((path) => write(path).then((each) => told.push(each)));
  await settle();
  assert.deepEqual([told, paths()], [[], [["/1", "/2"]]]);
  done(0);
  await Promise.all(first);
  await settle();
  assert.deepEqual(told, ["/1", "/2"]);
  assert.deepEqual(paths().slice(1), [["/3", "/4", "/5"]]);
  assert.equal(committed(), 1);
  done(1);
  await Promise.all(second);
  assert.equal(committed(), 2);
});

test("what did not get onto the disk has an unknown outcome, and nothing is written after it", async () => {
  const { write, paths, transactions, over } = slowDisk();
  const first = assert.rejects(write("/1"), isUnknown);
  await settle();
  const second = assert.rejects(write("/2"), isUnknown);
  transactions[0]?.resolve({ kind: "unknown", cause: new Error("EIO") });
  await first;
  await second;
  await settle();
  assert.deepEqual([paths(), over], [[["/1"]], ["unknown"]]);
});

test("a lock is tried again, with what came meanwhile, for as long as is stated", async () => {
  const { write, done, clock, paths, transactions } = slowDisk();
  const error = new CodedError("UNAVAILABLE", "locked", {}, { transient: true });
  const told = Promise.all([write("/1")]);
  await settle();
  transactions[0]?.resolve({ kind: "locked", error });
  await settle();
  const later = write("/2");
  await clock.advanceSettling(10);
  assert.deepEqual(paths()[1], ["/1", "/2"]);
  done(1);
  await told;
  await later;
  const refused = assert.rejects(write("/3"), { code: "UNAVAILABLE" });
  const from = clock.now();
  for (let tries = 2; clock.now() - from < 1100; tries += 1) {
    await settle();
    transactions[tries]?.resolve({ kind: "locked", error });
    await clock.advanceSettling(10);
  }
  await refused;
});
