/** An SQLite file that fills its disk, is damaged, foreign, newer, or cannot be there. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { type CodedError, instant, seededRandom } from "@tavola/base";
import { silentLogger, simulatedClock } from "@tavola/host";
import { HistoryWriter } from "./history-writer.ts";
import { defaultRetention } from "./retention.ts";
import { historyAt } from "./testing/databases.ts";
import { withCode } from "./testing/history-contract.ts";
import { taskSample } from "./testing/history-samples.ts";

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tavola-history-faults-"));
  t.after(() => {
    spawnSync("umount", ["-l", folder], { stdio: "ignore" });
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

async function open(t: TestContext, file: string) {
  const history = await historyAt(`sqlite://${file}`);
  t.after(() => history.close());
  return history;
}

test("as root: a full disk is called one, and is written again when there is room", async (t) => {
  const folder = folderFor(t);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]);
  if (status !== 0) return t.skip("only root mounts a small disk");
  const history = await open(t, join(folder, "history.db"));
  const large = (at: number) => taskSample({ startedAt: at, message: "x".repeat(200_000) });
  let written = 0;
  await assert.rejects(
    async () => {
      for (; written < 20; written += 1) await history.append({ tasks: [large(written)] });
    },
    (error) => {
      withCode("DISK_FULL", /disk that holds it is full: .*free some space/)(error);
      return (error as CodedError).transient;
    },
  );
  assert.equal(await history.countTasks({}), written);
  spawnSync("mount", ["-o", "remount,size=32m", folder]);
  await history.append({ tasks: [large(written)] });
  assert.equal(await history.countTasks({}), written + 1);
});

test("as root: what does not fit waits, and is written once when there is room", async (t) => {
  const folder = folderFor(t);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
  if (status !== 0) return t.skip("only root mounts a small disk");
  const history = await open(t, join(folder, "history.db"));
  const clock = simulatedClock();
  const confirmed: string[] = [];
  const writer = new HistoryWriter({
    ...{ history, clock, retention: defaultRetention, random: seededRandom(1) },
    logger: silentLogger,
    confirm: (records) => confirmed.push(...records.map(({ key }) => key)),
  });
  t.after(() => writer.close());
  const records = Array.from({ length: 20 }, (_, at) => {
    const value = taskSample({ startedAt: at, message: "x".repeat(100_000) });
    return { kind: "outboxTask", key: value.task.taskId.id, value } as const;
  });
  writer.add(records);
  clock.advance(100);
  await eventually(() => writer.trouble?.code === "DISK_FULL");
  assert.deepEqual([writer.waiting, confirmed], [20, []]);
  assert.equal(await history.countTasks({}), 0);
  spawnSync("mount", ["-o", "remount,size=32m", folder]);
  clock.advance(2000);
  await eventually(() => writer.waiting === 0);
  assert.deepEqual(confirmed.sort(), records.map(({ key }) => key).sort());
  assert.equal(await history.countTasks({}), 20);
});

/** Until it is so; the database's thread works by the machine's time. At most 10 s. */
async function eventually(isSo: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!isSo()) {
    assert.ok(performance.now() - startedAt < 10_000, "it never was");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("another program's database, and what is none, are left alone", async (t) => {
  const folder = folderFor(t);
  const theirs = join(folder, "theirs.db");
  const database = new DatabaseSync(theirs);
  database.exec("CREATE TABLE notes (text)");
  database.close();
  const history = await open(t, theirs);
  await assert.rejects(history.ready(), withCode("CORRUPT", /another program; name another file/));
  const noise = join(folder, "noise.db");
  writeFileSync(noise, "no database at all, ".repeat(1000));
  const none = await open(t, noise);
  await assert.rejects(none.ready(), withCode("CORRUPT", /damaged/));
});

test("a folder that is not there is named, and once it is there all is well", async (t) => {
  const folder = join(folderFor(t), "later");
  const history = await open(t, join(folder, "history.db"));
  await assert.rejects(
    history.ready(),
    withCode("UNAUTHORIZED", /later.*folder, which must exist/),
  );
  spawnSync("mkdir", [folder]);
  await history.ready();
});

test("tables of a later version are left alone", async (t) => {
  const file = join(folderFor(t), "history.db");
  const first = await open(t, file);
  await first.append({ tasks: [taskSample()] });
  await first.close();
  const database = new DatabaseSync(file);
  database.exec("INSERT INTO tavola_history_format VALUES (99)");
  database.close();
  const history = await open(t, file);
  await assert.rejects(history.countTasks({}), withCode("NEWER_FORMAT", /version 99.*knows 1/));
});

test("a row that is damaged is named", async (t) => {
  const file = join(folderFor(t), "history.db");
  const history = await open(t, file);
  const sample = taskSample();
  await history.append({ tasks: [sample] });
  const database = new DatabaseSync(file);
  database.exec("UPDATE tavola_task_history SET json = '{'");
  database.close();
  const { id } = sample.task.taskId;
  await assert.rejects(
    history.task(id),
    withCode("CORRUPT", new RegExp(`task "${id}" is damaged`)),
  );
});

test("two that share a file wait for each other", async (t) => {
  const file = join(folderFor(t), "history.db");
  const [a, b] = [await open(t, file), await open(t, file)];
  await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      (at % 2 === 0 ? a : b).append({ tasks: [taskSample({ startedAt: at })] }),
    ),
  );
  assert.equal(await a.countTasks({}), 20);
});

test("close() waits for what is under way", async (t) => {
  const file = join(folderFor(t), "history.db");
  const history = await open(t, file);
  const tasks = Array.from({ length: 300 }, (_, at) => taskSample({ startedAt: at }));
  await history.ready();
  const writing = history.append({ tasks });
  await history.close();
  await writing;
  assert.equal(await (await open(t, file)).countTasks({}), 300);
});

test("close() ends a purge between two steps", async (t) => {
  const file = join(folderFor(t), "history.db");
  const history = await open(t, file);
  const tasks = Array.from({ length: 3000 }, (_, at) => taskSample({ startedAt: at }));
  await history.append({ tasks });
  const purging = assert.rejects(history.purge({ taskMs: 1 }, instant(10_000)), withCode("CLOSED"));
  await history.countTasks({});
  await history.close();
  await purging;
  const left = await (await open(t, file)).countTasks({});
  assert.equal(left % 500, 0);
  assert.ok(left > 0);
});
