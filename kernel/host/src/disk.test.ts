import assert from "node:assert/strict";
import { test } from "node:test";
import { type Random, seededRandom } from "@tavola/base";
import { type Disk, realDisk } from "./disk.ts";
import { simulatedClock } from "./simulated-clock.ts";
import { createSimulatedDisk } from "./simulated-disk.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined): string | undefined =>
  content === undefined ? undefined : new TextDecoder().decode(content);
/** Dice that always say the same: 0 keeps nothing that was not synced. */
const always = (value: number): Random => ({ next: () => value });

async function synced(disk: Disk, path: string): Promise<void> {
  const error = await new Promise<Error | undefined>((resolve) => disk.sync(path, resolve));
  if (error !== undefined) throw error;
}

for (const kind of ["real", "simulated"] as const) {
  const open = async (context: Parameters<typeof temporaryFolder>[0]) => {
    const root = await temporaryFolder(context);
    if (kind === "real") return { disk: realDisk(), root };
    const disk: Disk = createSimulatedDisk({ random: seededRandom(1) }).attach();
    disk.makeDirectories(root);
    return { disk, root };
  };

  test(`a ${kind} disk gives back what was written, and says what is not there`, async (context) => {
    const { disk, root } = await open(context);
    assert.equal(disk.readFile(`${root}/a`), undefined);
    assert.equal(disk.listDirectory(`${root}/none`), undefined);
    assert.equal(disk.readLink(`${root}/a`), undefined);
    disk.writeFile(`${root}/a`, bytes("one"), 0o600);
    disk.writeFile(`${root}/a`, bytes("2"), 0o600);
    assert.equal(text(disk.readFile(`${root}/a`)), "2");
    assert.equal(disk.readLink(`${root}/a`), undefined);
    assert.throws(() => disk.writeNewFile(`${root}/a`, bytes("3"), 0o600), { code: "EEXIST" });
    assert.throws(() => disk.writeFile(`${root}/x/a`, bytes(""), 0o600), { code: "ENOENT" });
    assert.throws(() => disk.makeDirectory(`${root}/x/y`), { code: "ENOENT" });
    disk.makeDirectories(`${root}/x/y`);
    disk.makeDirectories(`${root}/x/y`);
    assert.throws(() => disk.makeDirectory(`${root}/x`), { code: "EEXIST" });
    assert.equal(disk.makeLink("to", `${root}/link`), true);
    assert.equal(disk.makeLink("else", `${root}/link`), false);
    assert.equal(disk.readLink(`${root}/link`), "to");
    assert.deepEqual(disk.listDirectory(root), [
      { name: "a", kind: "file" },
      { name: "link", kind: "link" },
      { name: "x", kind: "directory" },
    ]);
  });

  test(`a ${kind} disk renames, removes, appends and syncs`, async (context) => {
    const { disk, root } = await open(context);
    disk.makeDirectories(`${root}/from/below`);
    disk.rename(`${root}/from`, `${root}/to`);
    disk.makeDirectories(`${root}/full/below`);
    assert.throws(() => disk.rename(`${root}/to`, `${root}/full`));
    assert.throws(() => disk.rename(`${root}/none`, `${root}/to`), { code: "ENOENT" });
    disk.remove(`${root}/full`);
    disk.remove(`${root}/full`);
    assert.equal(disk.listDirectory(`${root}/full`), undefined);
    assert.throws(() => disk.openToAppend(`${root}/none/log`, 0o600), { code: "ENOENT" });
    const log = disk.openToAppend(`${root}/to/log`, 0o600);
    log.append(bytes("a"));
    log.append(bytes("b"));
    assert.equal(await new Promise((resolve) => log.sync(resolve)), undefined);
    log.close();
    await synced(disk, `${root}/to`);
    disk.syncNow(`${root}/to/log`);
    assert.equal(text(disk.readFile(`${root}/to/log`)), "ab");
    disk.truncate(`${root}/to/log`, 1);
    assert.equal(text(disk.readFile(`${root}/to/log`)), "a");
    assert.throws(() => disk.truncate(`${root}/none`, 1), { code: "ENOENT" });
    await assert.rejects(synced(disk, `${root}/none`), { code: "ENOENT" });
    assert.throws(() => disk.syncNow(`${root}/none`), { code: "ENOENT" });
  });
}

test("a power cut takes what was not synced: bytes, names, both", async () => {
  const simulated = createSimulatedDisk({ random: always(0) });
  const disk = simulated.attach();
  disk.makeDirectories("/kept");
  await synced(disk, "/");
  disk.writeFile("/kept/both", bytes("both"), 0o600);
  disk.writeFile("/kept/name", bytes("name"), 0o600);
  await synced(disk, "/kept/both");
  await synced(disk, "/kept");
  disk.writeFile("/kept/bytes", bytes("bytes"), 0o600);
  disk.syncNow("/kept/bytes");
  disk.makeDirectories("/lost/with/all");
  simulated.crash();
  const after = simulated.attach();
  assert.equal(text(after.readFile("/kept/both")), "both");
  assert.equal(text(after.readFile("/kept/name")), "");
  assert.equal(after.readFile("/kept/bytes"), undefined);
  assert.equal(after.listDirectory("/lost"), undefined);
});

test("what a power cut leaves of an appended file starts with what was synced, whatever the dice", async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 60; seed += 1) {
    const simulated = createSimulatedDisk({ random: seededRandom(seed) });
    const disk = simulated.attach();
    const log = disk.openToAppend("/log", 0o600);
    log.append(bytes("safe"));
    log.sync(() => {});
    disk.sync("/", () => {});
    await Promise.resolve();
    log.append(bytes("unsafe"));
    simulated.crash();
    const left = text(simulated.attach().readFile("/log")) ?? "";
    assert.ok(left.startsWith("safe"), `seed ${seed}: ${left}`);
    seen.add(left);
  }
  assert.ok(seen.has("safe") && seen.has("safeunsafe"));
  assert.ok(seen.has("safe\0\0\0\0\0\0"));
  assert.ok([...seen].some((left) => left !== "safeunsafe" && left.startsWith("safeu")));
});

test("a rename is lost or kept whole, also between directories", async () => {
  for (let seed = 0; seed < 60; seed += 1) {
    const simulated = createSimulatedDisk({ random: seededRandom(seed) });
    const disk = simulated.attach();
    disk.makeDirectories("/a/tree");
    disk.makeDirectories("/b");
    disk.writeFile("/b/old", bytes("old"), 0o600);
    disk.writeFile("/b/new", bytes("new"), 0o600);
    for (const path of ["/", "/a", "/b", "/b/old", "/b/new"]) await synced(disk, path);
    disk.rename("/b/new", "/b/old");
    disk.rename("/a/tree", "/b/tree");
    if (seed % 2 === 0) await synced(disk, "/b");
    simulated.crash();
    const after = simulated.attach();
    const content = text(after.readFile("/b/old"));
    assert.ok(content === "old" || content === "new");
    assert.equal(after.readFile("/b/new") === undefined, content === "new");
    const inA = after.listDirectory("/a/tree") !== undefined;
    const inB = after.listDirectory("/b/tree") !== undefined;
    assert.notEqual(inA, inB);
    if (seed % 2 === 0) assert.ok(inB && content === "new");
  }
});

test("a full disk and a failing one say so, in Node's words", async () => {
  const simulated = createSimulatedDisk({ random: seededRandom(1) });
  const disk = simulated.attach();
  const log = disk.openToAppend("/log", 0o600);
  simulated.faults.isFull = true;
  assert.throws(() => log.append(bytes("x")), { code: "ENOSPC" });
  assert.throws(() => disk.makeDirectory("/d"), { code: "ENOSPC" });
  simulated.faults.isFull = false;
  simulated.faults.writeFailure = 1;
  assert.throws(() => log.append(bytes("x")), { code: "EIO" });
  simulated.faults.writeFailure = 0;
  simulated.faults.syncFailure = 1;
  await assert.rejects(synced(disk, "/log"), { code: "EIO" });
  simulated.faults.readFailure = 1;
  assert.throws(() => disk.readFile("/log"), { code: "EIO" });
  assert.deepEqual([...simulated.files()], [["/log", new Uint8Array()]]);
});

test("a sync takes its time, covers what was there when it was asked for, and dies with its process", () => {
  const clock = simulatedClock();
  const simulated = createSimulatedDisk({ random: always(0), clock });
  simulated.faults.syncMsMin = 5;
  simulated.faults.syncMsMax = 5;
  const first = simulated.attach();
  const log = first.openToAppend("/log", 0o600);
  let answers = 0;
  first.sync("/", () => {
    answers += 1;
  });
  log.append(bytes("early"));
  log.sync(() => {
    answers += 1;
  });
  log.append(bytes("late"));
  clock.advance(4);
  assert.equal(answers, 0);
  clock.advance(1);
  assert.equal(answers, 2);
  log.sync(() => assert.fail("its process is gone"));
  first.detach();
  clock.advance(10);
  assert.throws(() => first.readFile("/log"), { code: "EIO" });
  assert.equal(text(simulated.attach().readFile("/log")), "earlylate");
  simulated.crash();
  assert.equal(text(simulated.attach().readFile("/log")), "early");
});

test("durable() is what a power cut would leave at least: bytes and the way to them", () => {
  const simulated = createSimulatedDisk({ random: seededRandom(1) });
  const disk = simulated.attach();
  disk.makeDirectories("/a");
  disk.writeFile("/a/file", bytes("one"), 0o600);
  disk.syncNow("/a/file");
  assert.equal(simulated.durable("/a/file"), undefined);
  disk.syncNow("/a");
  disk.syncNow("/");
  assert.equal(text(simulated.durable("/a/file")), "one");
  disk.writeFile("/a/file", bytes("two"), 0o600);
  assert.equal(text(simulated.durable("/a/file")), "one");
});
