import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CodedError, dayMs, hourMs, seededRandom } from "@tavola/base";
import { createMetrics, silentLogger, simulatedClock } from "@tavola/host";
import type { HistoryBatch, HistoryStore } from "./history-store.ts";
import { HistoryWriter, type OutboxRecord } from "./history-writer.ts";
import { createMemoryHistory } from "./open-history.ts";
import { defaultRetention } from "./retention.ts";
import { deploySample, eventSample, taskSample } from "./testing/history-samples.ts";

/** A history in memory whose writes fail as told. */
class FailingHistory {
  readonly inner = createMemoryHistory();
  readonly description = "failing";
  readonly batches: number[] = [];
  failWith: ((batch: HistoryBatch) => CodedError | undefined) | undefined;
  purges = 0;

  async append(batch: HistoryBatch): Promise<void> {
    const { tasks = [], requests = [], deploys = [] } = batch;
    this.batches.push(tasks.length + requests.length + deploys.length);
    const error = this.failWith?.(batch);
    if (error !== undefined) throw error;
    await this.inner.append(batch);
  }

  async purge(...given: Parameters<HistoryStore["purge"]>): ReturnType<HistoryStore["purge"]> {
    this.purges += 1;
    if (this.failWith !== undefined) throw away();
    return await this.inner.purge(...given);
  }
}

const away = (): CodedError => new CodedError("UNAVAILABLE", "away", {}, { transient: true });

/** What comes within so long is written together. */
const gatherMs = 100;

function setUp(t: TestContext) {
  const clock = simulatedClock();
  const history = new FailingHistory();
  const outbox = new Map<string, OutboxRecord>();
  const metrics = createMetrics();
  const writer = new HistoryWriter({
    history: history as unknown as HistoryStore,
    confirm: (records) => {
      for (const record of records) outbox.delete(record.key);
    },
    retention: defaultRetention,
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    metrics,
  });
  t.after(async () => {
    await writer.close();
    await history.inner.close();
  });
  const add = (...records: readonly OutboxRecord[]): void => {
    for (const record of records) outbox.set(record.key, record);
    writer.add(records);
  };
  return { clock, history, outbox, metrics, writer, add };
}

function task(at: number): OutboxRecord {
  const value = taskSample({ startedAt: at, endedAt: at });
  return { kind: "outboxTask", key: value.task.taskId.id, value };
}

test("what is in the history is confirmed, every kind of it, 500 at a time", async (t) => {
  const { clock, history, outbox, writer, add } = setUp(t);
  add(...Array.from({ length: 1200 }, (_, at) => task(at)));
  const event = eventSample("a", 5);
  add({ kind: "outboxRequest", key: "a-5-UPDATED", value: event });
  add({ kind: "outboxDeploy", key: "a-d", value: deploySample("a", "d", 6) });
  await clock.advanceSettling(gatherMs);
  assert.equal(outbox.size, 0);
  assert.equal(writer.waiting, 0);
  assert.deepEqual(history.batches, [500, 500, 202]);
  assert.equal(await history.inner.countTasks({}), 1200);
  assert.deepEqual(await history.inner.requestEvents({ requestId: "a" }, { offset: 0, limit: 1 }), [
    event,
  ]);
  assert.equal(await history.inner.hasDeploy("a", "d"), true);
});

test("a record that waits is not taken twice; one that was confirmed may come again", async (t) => {
  const { clock, history, writer, add } = setUp(t);
  history.failWith = away;
  const [first, second] = [task(1), task(2)];
  add(first);
  add({ ...first }, second);
  await clock.advanceSettling(gatherMs);
  assert.equal(writer.waiting, 2);
  history.failWith = undefined;
  await clock.advanceSettling(5000);
  assert.equal(writer.waiting, 0);
  add(first);
  await clock.advanceSettling(gatherMs);
  assert.equal(writer.waiting, 0);
  assert.equal(history.batches.at(-1), 1);
  assert.equal(await history.inner.countTasks({}), 2);
});

test("a database that is away is asked ever less often, at most once a minute and a half", async (t) => {
  const { clock, history, outbox, metrics, writer, add } = setUp(t);
  history.failWith = away;
  add(task(1));
  await clock.advanceSettling(400_000);
  const attempts = history.batches.length;
  assert.ok(attempts >= 9 && attempts <= 14, `${attempts} attempts`);
  assert.equal(writer.trouble?.code, "UNAVAILABLE");
  assert.equal(metrics.snapshot()["scheduler/history/waiting"], 1);
  history.failWith = undefined;
  await clock.advanceSettling(90_000);
  assert.equal(writer.trouble, undefined);
  assert.equal(outbox.size, 0);
});

test("a record that the database refuses holds nobody up, and is tried again with the next purge", async (t) => {
  const { clock, history, outbox, writer, add } = setUp(t);
  const refusedKey = task(37).key;
  history.failWith = ({ tasks = [] }) =>
    tasks.some((each) => each.task.taskId.id === refusedKey)
      ? new CodedError("RECORD_REFUSED", "no")
      : undefined;
  add(...Array.from({ length: 100 }, (_, at) => task(at)));
  await clock.advanceSettling(gatherMs);
  assert.deepEqual([...outbox.keys()], [refusedKey]);
  assert.equal(writer.waiting, 1);
  assert.equal(await history.inner.countTasks({}), 99);
  assert.ok(history.batches.length < 30, `${history.batches.length} batches`);
  history.failWith = undefined;
  await clock.advanceSettling(dayMs);
  assert.equal(outbox.size, 0);
});

test("it purges soon after its start and then every day", async (t) => {
  const { clock, history } = setUp(t);
  await clock.advanceSettling(11 * 60_000);
  assert.equal(history.purges, 1);
  await clock.advanceSettling(2 * dayMs);
  assert.equal(history.purges, 3);
});

test("a purge that failed is tried again within the hour", async (t) => {
  const { clock, history } = setUp(t);
  history.failWith = away;
  await clock.advanceSettling(11 * 60_000);
  assert.equal(history.purges, 1);
  history.failWith = undefined;
  await clock.advanceSettling(hourMs);
  assert.equal(history.purges, 2);
});

test("close() leaves what was not written in the outbox, also while it waits to try again", async (t) => {
  const { clock, history, outbox, writer, add } = setUp(t);
  history.failWith = away;
  add(task(1));
  await clock.advanceSettling(gatherMs);
  await writer.close();
  assert.equal(outbox.size, 1);
  add(task(2));
  await clock.advanceSettling(dayMs);
  assert.equal(history.batches.length, 1);
});
