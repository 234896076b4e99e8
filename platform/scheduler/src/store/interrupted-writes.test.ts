/** Batches that are cut off: by the leader's death at every transaction, and by the connection's. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { seededRandom } from "@tavola/base";
import {
  type Coordination,
  createMemoryCoordination,
  steadyClock,
  untilConnected,
} from "@tavola/coordination";
import { type Clock, simulatedClock } from "@tavola/host";
import { openRecordStore, type RecordWrite } from "./record-store.ts";
import { type Cut, cutClient } from "./testing/cut-store.ts";
import { plain, put, withCode } from "./testing/record-store-contract.ts";

const path = "/tavola/scheduler";

function world(t: TestContext, sessionTimeoutMs: number, clock: Clock = steadyClock()) {
  const clients: Coordination[] = [];
  t.after(() => Promise.all(clients.map((client) => client.close())));
  const ensemble = createMemoryCoordination({
    clock,
    random: seededRandom(1),
    delayMs: { min: 0, max: 0 },
  });
  const connect = async (): Promise<Coordination> => {
    const client = ensemble.connect({ sessionTimeoutMs });
    clients.push(client);
    await untilConnected(client, 5000);
    return client;
  };
  const load = async () => plain(await (await openRecordStore(await connect(), path)).load());
  return { ensemble, connect, load };
}

const large = (letter: string, bytes: number): string => letter.repeat(bytes);

/** What is there before: a record of one node, one of three, and one that stays. */
const before: readonly RecordWrite[] = [
  put("request", "a", "old"),
  put("deploy", "shrinks", large("s", 1_400_000)),
  put("deploy", "grows", "g"),
  put("deploy", "goes", large("x", 1_000_000)),
  put("request", "stays", 1),
];

/** More than one transaction takes, with records that are made, changed, grown, shrunk and removed. */
const batch: readonly RecordWrite[] = [
  put("request", "a", "new"),
  put("deploy", "shrinks", "s"),
  put("deploy", "grows", large("g", 1_200_000)),
  put("deploy", "goes", undefined),
  put("task", "t", { id: "t" }),
];

/** Dies at the cut, in `act` or before it. Tells whether the write was answered with "durable". */
async function dieIn(
  connect: () => Promise<Coordination>,
  cut: Cut,
): Promise<{ readonly isCut: boolean; readonly isDurable: boolean }> {
  const { client, isCut } = cutClient(await connect(), cut);
  let isDurable = false;
  try {
    const store = await openRecordStore(client, path);
    await store.load();
    await store.write(batch);
    isDurable = true;
    await store.settled();
  } catch (error) {
    withCode("SESSION_EXPIRED")(error);
  }
  return { isCut: isCut(), isDurable };
}

test("a leader that dies at any transaction leaves all of a batch or none of it", async (t) => {
  const clock = simulatedClock();
  let isOver = false;
  const done = dieEverywhere(t, clock).finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advanceSettling(5);
  await done;
});

async function dieEverywhere(t: TestContext, clock: Clock): Promise<void> {
  const wanted = async (writes: readonly RecordWrite[]) => {
    const { connect, load } = world(t, 300, clock);
    const store = await openRecordStore(await connect(), path);
    await store.load();
    for (const write of writes) await store.write([write]);
    await store.settled();
    return await load();
  };
  const none = await wanted(before);
  const all = await wanted([...before, ...batch]);
  let sawNone = 0;
  let sawAll = 0;
  for (let cutAt = 0; ; cutAt += 1) {
    const { connect, load } = world(t, 300, clock);
    const first = await openRecordStore(await connect(), path);
    await first.load();
    await first.write(before);
    await first.settled();
    const isDone = cutAt % 2 === 1;
    const cut = await dieIn(connect, { transaction: cutAt >> 1, isDone });
    // Whoever finishes it may die as well, at each of its transactions.
    for (let next = 0; next < 3; next += 1) {
      await dieInLoad(connect, { transaction: next, isDone: !isDone });
    }
    const found = await load();
    const isAll = JSON.stringify(found) === JSON.stringify(all);
    if (!isAll) assert.deepEqual(found, none, `cut at ${cutAt}`);
    if (cut.isDurable) assert.ok(isAll, `durable, and lost: cut at ${cutAt}`);
    if (!cut.isCut) break;
    if (isAll) sawAll += 1;
    else sawNone += 1;
  }
  assert.ok(sawNone > 4 && sawAll > 8, `cuts on both sides: ${sawNone}, ${sawAll}`);
}

async function dieInLoad(connect: () => Promise<Coordination>, cut: Cut): Promise<void> {
  const { client } = cutClient(await connect(), cut);
  try {
    await (await openRecordStore(client, path)).load();
  } catch (error) {
    withCode("SESSION_EXPIRED")(error);
  }
}

for (const outcome of ["applied", "not applied"] as const) {
  test(`a write whose outcome is unknown, and was ${outcome}, is found out about`, async (t) => {
    const { ensemble, connect, load } = world(t, 800);
    const client = await connect();
    const store = await openRecordStore(client, path);
    await store.load();
    ensemble.breakNextTransaction(client, outcome);
    await store.write([put("request", "a", 1)]);
    await store.write([put("request", "a", 2), put("request", "b", 1)]);
    assert.deepEqual(await load(), { request: { a: 2, b: 1 } });
  });

  test(`a large batch goes on behind a break of its connection (${outcome})`, async (t) => {
    const { ensemble, connect, load } = world(t, 800);
    const client = await connect();
    const store = await openRecordStore(client, path);
    await store.load();
    await store.write(before);
    ensemble.breakNextTransaction(client, outcome);
    await store.write(batch);
    ensemble.breakNextTransaction(client, outcome);
    await store.write([put("request", "z", 1)]);
    await store.settled();
    const found = await load();
    assert.equal(found["request"]?.["a"], "new");
    assert.equal(found["request"]?.["z"], 1);
  });
}

test("a leader that is cut off for good learns that the outcome stays unknown, and writes no more", async (t) => {
  const { ensemble, connect, load } = world(t, 200);
  const client = await connect();
  const store = await openRecordStore(client, path);
  await store.load();
  ensemble.setReachable(client, { requests: true, answers: false });
  await assert.rejects(store.write([put("request", "a", 1)]), withCode("OUTCOME_UNKNOWN"));
  await assert.rejects(store.write([put("request", "b", 1)]), withCode("OUTCOME_UNKNOWN"));
  assert.deepEqual(await load(), { request: { a: 1 } });
});

test("a store that is away refuses, and the same write is done once it is back", async (t) => {
  const { ensemble, connect, load } = world(t, 400);
  const client = await connect();
  const store = await openRecordStore(client, path);
  await store.load();
  ensemble.setReachable(client, false);
  ensemble.disconnect(client);
  await assert.rejects(store.write([put("request", "a", 1)]), withCode("UNAVAILABLE"));
  ensemble.setReachable(client, true);
  await untilConnected(client, 5000);
  await store.write([put("request", "a", 1)]);
  assert.deepEqual(await load(), { request: { a: 1 } });
});

for (const outcome of ["applied", "not applied"] as const) {
  test(`taking over through a break of the connection (${outcome}) succeeds`, async (t) => {
    const { ensemble, connect, load } = world(t, 800);
    const former = await openRecordStore(await connect(), path);
    await former.load();
    const client = await connect();
    ensemble.breakNextTransaction(client, outcome);
    const store = await openRecordStore(client, path);
    ensemble.disconnect(client);
    await store.load();
    await assert.rejects(former.write([put("request", "a", 1)]), withCode("FENCED"));
    await store.write([put("request", "a", 2)]);
    assert.deepEqual(await load(), { request: { a: 2 } });
  });
}
