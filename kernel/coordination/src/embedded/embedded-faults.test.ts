import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import { type SimulatedClock, silentLogger, simulatedClock } from "@tavola/host";
import type { Coordination } from "../coordination.ts";
import { bytes, text, withCode } from "../testing/contract.ts";
import { openEmbedded } from "./embedded-coordination.ts";

const sessionTimeoutMs = 4000;

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tavola-coordination-test-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function urlOf(file: string) {
  return { scheme: "sqlite", servers: [], credentials: undefined, path: "/m", file } as const;
}

interface Opening {
  readonly clock?: SimulatedClock;
  readonly boot?: string;
  readonly process?: string;
  readonly writesMuch?: boolean;
}

/** Transactions in this thread, and in one of their own. */
function testBoth(
  name: string,
  run: (context: TestContext, writesMuch: boolean) => void | Promise<void>,
): void {
  test(name, (context) => run(context, false));
  test(`${name} (in a thread)`, (context) => run(context, true));
}

function open(context: TestContext, file: string, opening: Opening = {}): Coordination {
  const { clock = simulatedClock(), boot = "boot", process, writesMuch = false } = opening;
  const store = openEmbedded(urlOf(file), {
    sessionTimeoutMs,
    logger: silentLogger,
    clock,
    random: seededRandom(1),
    whereabouts: { boot, process },
    writesMuch,
  });
  // A test that broke the file cannot leave it in good order.
  context.after(() => store.close().catch(() => undefined));
  return store;
}

function refusal(file: string): CodedError {
  try {
    openEmbedded(urlOf(file), { sessionTimeoutMs, logger: silentLogger }).close();
  } catch (error) {
    assert.ok(error instanceof CodedError, String(error));
    assert.ok(error.message.includes(file), error.message);
    assert.equal(error.transient, false);
    return error;
  }
  throw new Error(`${file} was opened`);
}

/** A closed store with some content, all of it in the one file. */
async function storeFile(context: TestContext, values = 40): Promise<string> {
  const file = join(folderOf(context), "registry.db");
  const store = open(context, file);
  for (let index = 0; index < values; index += 1) {
    const value = new Uint8Array(700).fill(index);
    await store.transact([{ kind: "create", path: `/tavola/registry/${index}`, value }]);
  }
  await store.close();
  assert.deepEqual(readdirSync(join(file, "..")), ["registry.db"]);
  return file;
}

testBoth(
  "what was written is there after it was closed and opened again",
  async (context, writesMuch) => {
    const file = await storeFile(context);
    const store = open(context, file, { writesMuch });
    assert.equal((await store.children("/tavola/registry")).length, 40);
    assert.equal((await store.get("/tavola/registry/7"))?.value[699], 7);
  },
);

test("an empty, foreign or missing file is refused, never begun anew", async (context) => {
  const folder = folderOf(context);
  const file = join(folder, "registry.db");

  writeFileSync(file, "");
  assert.equal(refusal(file).code, "CORRUPT");
  assert.match(refusal(file).message, /it is empty.*put a backup in its place/);
  assert.equal(readFileSync(file).length, 0);

  writeFileSync(file, "not a database at all, but some text that somebody wrote".repeat(100));
  assert.equal(refusal(file).code, "CORRUPT");

  rmSync(file);
  const foreign = new DatabaseSync(file);
  foreign.exec("CREATE TABLE theirs (x)");
  foreign.close();
  assert.match(refusal(file).message, /database of another program/);

  rmSync(file);
  writeFileSync(`${file}-wal`, "left");
  assert.match(refusal(file).message, /it is missing, though its "-wal" is there/);
  assert.equal(existsSync(file), false);

  assert.equal(refusal(join(folder, "none/registry.db")).code, "UNAUTHORIZED");
  assert.match(refusal(join(folder, "none/registry.db")).message, /there is no folder/);
  rmSync(`${file}-wal`);
  mkdirSync(file);
  assert.ok(["CORRUPT", "UNAUTHORIZED"].includes(refusal(file).code));
});

test("a file of a later version is refused with what to do", async (context) => {
  const file = await storeFile(context);
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 2");
  database.close();
  const { code, message } = refusal(file);
  assert.equal(code, "NEWER_FORMAT");
  assert.match(message, /format 2, this one knows 1.*run that version, or put the backup/);
});

test("a truncated file is refused at every length", async (context) => {
  const file = await storeFile(context);
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length; length += 1024) {
    writeFileSync(file, whole.subarray(0, length));
    assert.equal(refusal(file).code, "CORRUPT", `at ${length} of ${whole.length} bytes`);
    for (const beside of ["-wal", "-shm"]) rmSync(file + beside, { force: true });
  }
});

test("a damaged byte is refused or found when it is read, and never changes an answer", async (context) => {
  const file = await storeFile(context);
  const whole = readFileSync(file);
  const random = seededRandom(7);
  let found = 0;
  for (let round = 0; round < 150; round += 1) {
    const at = Math.floor(random.next() * whole.length);
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random.next() * 8));
    writeFileSync(file, damaged);
    try {
      const store = openEmbedded(urlOf(file), { sessionTimeoutMs, logger: silentLogger });
      try {
        for (let index = 0; index < 40; index += 1) {
          const read = await store.get(`/tavola/registry/${index}`);
          assert.deepEqual(read, { value: new Uint8Array(700).fill(index), version: 0 });
        }
      } finally {
        await store.close().catch(() => undefined);
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) {
        error.message = `byte ${at} in round ${round}: ${error.message}`;
        throw error;
      }
      assert.ok(error instanceof CodedError, String(error));
      assert.ok(
        ["CORRUPT", "NEWER_FORMAT"].includes(error.code),
        `${error.code}: ${error.message}`,
      );
      found += 1;
    }
    for (const beside of ["-wal", "-shm"]) rmSync(file + beside, { force: true });
  }
  assert.ok(found > 50, `${found} of 150 were found`);
});

test("damage that comes while it is open is told as such", async (context) => {
  const file = await storeFile(context);
  const store = open(context, file);
  assert.ok(await store.get("/tavola/registry/3"));
  const raw = new DatabaseSync(file);
  raw.exec("UPDATE nodes SET value = x'00' WHERE path = '/tavola/registry/3'");
  raw.close();
  await assert.rejects(store.get("/tavola/registry/3"), withCode("CORRUPT"));
  assert.ok(await store.get("/tavola/registry/4"));
});

testBoth(
  "a file that is removed or replaced while it is in use ends its sessions, with why",
  async (context, writesMuch) => {
    const file = await storeFile(context);
    const clock = simulatedClock();
    const store = open(context, file, { clock, writesMuch });
    copyFileSync(file, `${file}.backup`);
    renameSync(`${file}.backup`, file);
    await clock.advanceSettling(sessionTimeoutMs / 2);
    assert.equal(store.session.state, "expired");
    assert.equal(store.session.trouble?.code, "CORRUPT");
    assert.match(
      store.session.trouble?.message ?? "",
      /was removed or replaced while it was in use/,
    );
    await assert.rejects(store.get("/x"), withCode("CORRUPT"));
  },
);

testBoth(
  "nothing is written to a file that is not there any more, however long its session lasts",
  async (context, writesMuch) => {
    const file = await storeFile(context);
    const store = open(context, file, { clock: simulatedClock(), writesMuch });
    rmSync(file);
    const write = { kind: "create", path: "/x", value: new Uint8Array() } as const;
    await assert.rejects(store.transact([write]), withCode("CORRUPT"));
    await Promise.resolve();
    assert.equal(store.session.state, "expired");
  },
);

testBoth(
  "what a killed process wrote and was told of is there; -wal and all",
  async (context, writesMuch) => {
    const folder = folderOf(context);
    const file = join(folder, "registry.db");
    const door = JSON.stringify(join(import.meta.dirname, "embedded-coordination.ts"));
    const program = `
    const { openEmbedded } = await import(${door});
    const { silentLogger } = await import("@tavola/host");
    const store = openEmbedded(
      { scheme: "sqlite", servers: [], credentials: undefined, path: "/m", file: process.argv[1] },
      { sessionTimeoutMs: 60000, logger: silentLogger, writesMuch: ${writesMuch} },
    );
    await store.join("/group", "m_", new Uint8Array());
    for (let n = 0; ; n += 1) {
      await store.transact([{ kind: "create", path: "/log/" + n, value: new Uint8Array(100) }]);
      process.stdout.write(n + "\\n");
      if (n === 50) process.kill(process.pid, "SIGKILL");
    }`;
    const { signal, stdout } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", program, file],
      { encoding: "utf8", cwd: import.meta.dirname },
    );
    assert.equal(signal, "SIGKILL");
    const told = Number(stdout.trim().split("\n").at(-1));
    const clock = simulatedClock();
    const store = openEmbedded(urlOf(file), { sessionTimeoutMs, logger: silentLogger, clock });
    context.after(() => store.close());
    assert.ok((await store.children("/log")).length > told);
    // It is seen to be gone at once, though its session would have lasted for a minute.
    assert.deepEqual(await store.children("/group"), []);
  },
);

testBoth(
  "sessions of before the machine was started anew are over",
  async (context, writesMuch) => {
    const file = await storeFile(context);
    const clock = simulatedClock();
    const before = open(context, file, { clock, writesMuch });
    await before.join("/group", "m_", bytes("old"));
    const after = open(context, file, { clock, boot: "the next one", writesMuch });
    assert.deepEqual(await after.children("/group"), []);
    await assert.rejects(before.transact([{ kind: "create", path: "/x", value: bytes("") }]), {
      code: "SESSION_EXPIRED",
    });
    assert.equal(before.session.state, "expired");
  },
);

testBoth(
  "a session that is not renewed is ended by others, and writes nothing any more",
  async (context, writesMuch) => {
    const file = await storeFile(context);
    const clock = simulatedClock();
    // As if stopped: its timers do not run, though its clock goes on.
    const stopped = { now: () => clock.now(), after: () => ({ cancel() {} }) };
    const silent = openEmbedded(urlOf(file), {
      sessionTimeoutMs,
      logger: silentLogger,
      clock: stopped,
      whereabouts: { boot: "boot", process: undefined },
      writesMuch,
    });
    context.after(() => silent.close());
    await silent.join("/group", "m_", bytes("silent"));
    const other = open(context, file, { clock, writesMuch });
    let told = 0;
    other.watch("/group", () => {
      told += 1;
    });
    await clock.advanceSettling(sessionTimeoutMs - 10);
    assert.equal((await other.children("/group")).length, 1);
    assert.equal(silent.session.isAlive(), true);
    await clock.advanceSettling(250);
    assert.deepEqual(await other.children("/group"), []);
    assert.ok(told > 0);
    assert.equal(silent.session.isAlive(), false);
    await assert.rejects(silent.transact([{ kind: "create", path: "/late", value: bytes("") }]), {
      code: "SESSION_EXPIRED",
    });
    assert.equal(await other.get("/late"), undefined);
  },
);

test("a lock held by another process is waited for, with a bound", async (context) => {
  const file = await storeFile(context);
  const clock = simulatedClock();
  const store = open(context, file, { clock });
  const other = new DatabaseSync(file);
  context.after(() => other.close());

  other.exec("BEGIN IMMEDIATE");
  const patient = store.transact([{ kind: "create", path: "/a", value: bytes("1") }]);
  await clock.advanceSettling(500);
  other.exec("COMMIT");
  await clock.advanceSettling(50);
  assert.deepEqual(await patient, { done: true });

  other.exec("BEGIN IMMEDIATE");
  const refused = assert.rejects(store.transact([{ kind: "set", path: "/a", value: bytes("2") }]), {
    code: "UNAVAILABLE",
    message: /registry\.db: other processes keep it locked/,
    transient: true,
  });
  await clock.advanceSettling(sessionTimeoutMs / 3 + 50);
  await refused;
  await clock.advanceSettling(sessionTimeoutMs / 2);
  assert.equal(store.session.state, "suspended");
  assert.equal(text((await store.get("/a"))?.value), "1", "reading goes on");
  other.exec("COMMIT");
  await clock.advanceSettling(100);
  assert.equal(store.session.state, "connected");
  assert.equal((await store.get("/a"))?.version, 0);
});

testBoth(
  "root: a full disk refuses writes with a sentence, loses nothing, and mends",
  async (context, writesMuch) => {
    const folder = mountedFolder(context, "size=512k");
    if (folder === undefined) return context.skip("it takes root, and mount(8)");
    const file = join(folder, "registry.db");
    const clock = simulatedClock();
    const store = open(context, file, { clock, writesMuch });
    const value = new Uint8Array(20_000).fill(1);
    let written = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        await store.transact([{ kind: "create", path: `/fill/${written}`, value }]);
        written += 1;
      }
    };
    await assert.rejects(fill(), {
      code: "UNAVAILABLE",
      message: /registry\.db: the disk that holds it is full: nothing was written; free some space/,
      transient: true,
    });
    assert.ok(written > 3);
    assert.equal((await store.children("/fill")).length, written);
    spawnSync("mount", ["-o", "remount,size=4m", folder]);
    await clock.advanceSettling(sessionTimeoutMs / 2);
    assert.equal(store.session.state, "connected");
    assert.deepEqual(await store.transact([{ kind: "create", path: "/fill/more", value }]), {
      done: true,
    });
    assert.equal((await store.children("/fill")).length, written + 1);
  },
);

test("root: a disk that is full at the start is told of as such", (context) => {
  const folder = mountedFolder(context, "size=64k");
  if (folder === undefined) return context.skip("it takes root, and mount(8)");
  writeFileSync(join(folder, "filler"), new Uint8Array(40_000));
  const file = join(folder, "registry.db");
  assert.throws(() => open(context, file), { code: "UNAVAILABLE", message: /is full/ });
  assert.deepEqual(readdirSync(folder), ["filler"]);
});

test("root: a file that cannot be written is refused with why", async (context) => {
  const made = await storeFile(context);
  const folder = mountedFolder(context, "size=4m");
  if (folder === undefined) return context.skip("it takes root, and mount(8)");
  const file = join(folder, "registry.db");
  copyFileSync(made, file);
  spawnSync("mount", ["-o", "remount,ro", folder]);
  const { code, message } = refusal(file);
  assert.equal(code, "UNAUTHORIZED");
  assert.match(message, /cannot be written: EROFS/);
  assert.match(refusal(join(folder, "new.db")).message, /cannot be written: EROFS/);
});

/** A small file system of its own; undefined where it cannot be made. */
function mountedFolder(context: TestContext, options: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "tavola-coordination-test-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  context.after(() => {
    if (status === 0) spawnSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true });
  });
  return status === 0 ? folder : undefined;
}

testBoth(
  "what is written again and again does not let the files grow",
  async (context, writesMuch) => {
    const folder = folderOf(context);
    const file = join(folder, "store.db");
    const store = open(context, file, { writesMuch });
    const value = new Uint8Array(500_000);
    await store.transact([{ kind: "create", path: "/value", value }]);
    // 50 MB in all.
    for (let times = 0; times < 100; times += 1) {
      await store.transact([{ kind: "set", path: "/value", value }]);
    }
    assert.ok(statSync(`${file}-wal`).size < 24 * 1024 * 1024, `${statSync(`${file}-wal`).size}`);
    assert.ok(statSync(file).size < 4 * 1024 * 1024);
  },
);
