import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "@tavola/base";
import { type Coordination, createMemoryCoordination, type StorePath } from "@tavola/coordination";
import { createMetrics, type Logger, silentLogger, simulatedClock } from "@tavola/host";
import type { AgentInfo, MasterInfo } from "@tavola/protocol";
import type { RegistryOperation, RegistryState } from "@tavola/registry";
import { StoredRegistrar, type StoredRegistrarOptions } from "./registrar.ts";
import { readRegistry } from "./registry-copy.ts";
import { RegistryFollower } from "./registry-follower.ts";
import { batchPath, decodeHead, headPath, logPath, type RegistryHead } from "./registry-layout.ts";

const root = "/mesos/tavola/registry";

function admit(id: string): RegistryOperation {
  const info: AgentInfo = { hostname: id, id: { value: id }, port: 5051, resources: [] };
  return { kind: "admitAgent", info };
}

/** A store, masters that lead in it one after the other, and standbys. */
function openWorld() {
  const clock = simulatedClock();
  const memory = createMemoryCoordination({ clock, random: seededRandom(1) });
  const step = (ms: number): Promise<void> => clock.advanceSettling(ms);
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let turns = 0; !isSettled && turns < 1000; turns += 1) await step(2);
    assert.ok(isSettled, "it settles within 2 s");
    return await promise;
  };
  const connect = async (): Promise<Coordination> => {
    const store = memory.connect({ sessionTimeoutMs: 10_000 });
    await step(10);
    return store;
  };
  const lead = async (name: string, options: Partial<StoredRegistrarOptions> = {}) => {
    const registrar = new StoredRegistrar({
      place: { store: await connect(), root },
      writer: name,
      mayCreate: true,
      fetchTimeoutMs: 60_000,
      storeTimeoutMs: 20_000,
      clock,
      logger: silentLogger,
      metrics: createMetrics(),
      limits: { compactedLogBytesMin: 3000 },
      ...options,
    });
    const info = { id: name, ip: 0, port: 1, hostname: "h" } as MasterInfo;
    const state = await settled(registrar.recover(info));
    /** Batch after batch. */
    const write = async (...ids: readonly string[]): Promise<void> => {
      for (const id of ids) {
        let isDurable = false;
        registrar.apply(admit(id), () => {
          isDurable = true;
        });
        while (!isDurable) await step(1);
      }
    };
    return { registrar, state, write };
  };
  const standBy = async () => {
    const store = await connect();
    const asked = recordReads(store);
    const warnings: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (fields) => warnings.push(`${fields["reason"]}`),
    };
    const crash = (error: unknown): void => assert.fail(error as Error);
    const follower = new RegistryFollower({ place: { store, root }, clock, logger, crash });
    const close = () => settled(follower.close());
    /** Resolves soon after it has looked again. */
    const looked = async (): Promise<void> => {
      asked.length = 0;
      while (asked.length === 0) await step(10);
      await step(50);
    };
    return { store, asked, warnings, follower, close, looked };
  };
  /** The standby is elected: with which state, and what it read for that. */
  const elect = async (
    { store, asked, follower }: Awaited<ReturnType<typeof standBy>>,
    name = "next",
  ) => {
    asked.length = 0;
    const place = { store, root };
    const { state, ...rest } = await lead(name, { place, followed: () => follower.close() });
    return { state, asked: asked.filter((path) => path !== headPath(root)), ...rest };
  };
  return { clock, memory, step, settled, connect, lead, standBy, elect };
}

/** The paths that are read. */
function recordReads(store: Coordination): StorePath[] {
  const asked: StorePath[] = [];
  const get = store.get.bind(store);
  const getAll = store.getAll.bind(store);
  store.get = (path) => {
    asked.push(path);
    return get(path);
  };
  store.getAll = (paths) => {
    asked.push(...paths);
    return getAll(paths);
  };
  return asked;
}

function idsIn(state: RegistryState | undefined): readonly string[] {
  return [...(state?.admitted.keys() ?? [])];
}

const names = (count: number, prefix = "a"): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

test("a standby that is elected reads the newest batches only, not the snapshot", async () => {
  const { lead, standBy, elect, step } = openWorld();
  const leader = await lead("first");
  await leader.write(...names(60));
  const standby = await standBy();
  await step(1500);
  assert.ok(
    standby.asked.some((path) => path.includes("snapshot")),
    "there is one, and it was read",
  );
  await leader.write("b", "c");
  const { state, asked } = await elect(standby);
  assert.deepEqual(idsIn(state), [...names(60), "b", "c"]);
  assert.ok(asked.length <= 4, `read ${asked}`);
  assert.ok(
    asked.every((path) => path.startsWith(logPath(root))),
    `read ${asked}`,
  );
  assert.deepEqual(standby.warnings, []);
});

test("a standby asks once a second, however often the leader writes, and reads nothing when nothing is new", async () => {
  const { clock, lead, standBy, step } = openWorld();
  const leader = await lead("first");
  await leader.write("a");
  const standby = await standBy();
  await step(500);
  standby.asked.length = 0;
  await step(10_000);
  assert.deepEqual(new Set(standby.asked), new Set([headPath(root)]));
  assert.ok(standby.asked.length <= 11, `${standby.asked.length} questions in 10 s`);
  standby.asked.length = 0;
  const startedAt = clock.now();
  await leader.write(...names(1000, "b"));
  const seconds = (clock.now() - startedAt) / 1000;
  const heads = standby.asked.filter((path) => path === headPath(root)).length;
  assert.ok(seconds > 2 && heads >= 1, `${seconds} s, ${heads} questions`);
  assert.ok(heads <= seconds + 1, `${heads} questions in ${seconds} s`);
  await standby.close();
});

test("a standby that was there before the registry follows it once there is one", async () => {
  const { lead, standBy, elect, step } = openWorld();
  const standby = await standBy();
  await step(2500);
  const leader = await lead("first");
  await leader.write("a", "b");
  await step(1500);
  const { state, asked } = await elect(standby);
  assert.deepEqual(idsIn(state), ["a", "b"]);
  assert.ok(asked.length <= 1, `read ${asked}`);
  assert.deepEqual(standby.warnings, []);
});

test("compaction between the last look and the election: all of it is read, and right", async () => {
  const { lead, standBy, elect } = openWorld();
  const leader = await lead("first");
  await leader.write("a");
  const standby = await standBy();
  await standby.looked();
  await leader.write(...names(60, "b"));
  const { state, asked } = await elect(standby);
  assert.deepEqual(idsIn(state), ["a", ...names(60, "b")]);
  assert.ok(
    asked.some((path) => path.includes("snapshot")),
    "a control: it was compacted",
  );
});

test("compaction while a standby looks ends nothing and is not worth a word", async () => {
  const { lead, standBy, elect } = openWorld();
  const leader = await lead("first", { limits: { compactedLogBytesMin: 300 } });
  const standby = await standBy();
  const ids = names(900);
  await leader.write(...ids);
  assert.ok(standby.asked.filter((path) => path.includes("snapshot")).length > 1);
  assert.deepEqual(standby.warnings, []);
  assert.deepEqual(idsIn((await elect(standby)).state), ids);
});

test("an operation larger than any batch is in a snapshot alone, and a standby learns of it", async () => {
  const { lead, standBy, elect } = openWorld();
  const leader = await lead("first", { limits: { batchBytesMax: 400 } });
  await leader.write("a");
  const standby = await standBy();
  await standby.looked();
  const huge = "h".repeat(600);
  await leader.write(huge);
  assert.deepEqual(idsIn((await elect(standby)).state), ["a", huge]);
});

test("another master's epoch between: its batches are read on top", async () => {
  const { lead, standBy, elect, settled } = openWorld();
  const first = await lead("first");
  await first.write("a");
  const standby = await standBy();
  await standby.looked();
  const second = await lead("second");
  await second.write("b");
  const { state, asked } = await elect(standby, "third");
  assert.deepEqual(idsIn(state), ["a", "b"]);
  assert.ok(
    asked.every((path) => path.startsWith(logPath(root))),
    `read ${asked}`,
  );
  first.registrar.apply(admit("late"), () => assert.fail("it was deposed twice"));
  assert.match((await settled(first.registrar.failed)).message, /has taken the registry over/);
});

test("what a former leader wrote just before it was fenced is not lost", async () => {
  const { lead, standBy, elect } = openWorld();
  const leader = await lead("first");
  await leader.write("a");
  const standby = await standBy();
  await standby.looked();
  leader.registrar.apply(admit("b"), () => {});
  const { state } = await elect(standby);
  assert.deepEqual(idsIn(state), ["a", "b"]);
});

/** Puts another registry in the place of this one, through a store of its own. */
async function replace(
  { connect, lead, settled }: ReturnType<typeof openWorld>,
  ids: readonly string[],
) {
  const store = await connect();
  const below = async (path: StorePath): Promise<void> => {
    for (const name of await settled(store.children(path))) await below(`${path}/${name}`);
    await settled(store.transact([{ kind: "delete", path }]));
  };
  await below(root);
  const other = await lead("elsewhere");
  await other.write(...ids);
}

test("another registry in the place of the first, alike in all that its head says, is read anew", async () => {
  const world = openWorld();
  const { lead, standBy, elect } = world;
  const leader = await lead("first");
  await leader.write("a0", "a1");
  const standby = await standBy();
  await standby.looked();
  const ofHead = await headIn(world);
  await replace(world, ["b0", "b1"]);
  await lead("other");
  const now = await headIn(world);
  assert.deepEqual([now.log.first, now.snapshot], [ofHead.log.first, ofHead.snapshot]);
  assert.ok(now.log.last > ofHead.log.last && now.epoch > ofHead.epoch, "as if it went on");
  const { state, asked } = await elect(standby);
  assert.deepEqual(idsIn(state), ["b0", "b1"]);
  assert.ok(asked.length > 0);
});

async function headIn({ memory }: ReturnType<typeof openWorld>): Promise<RegistryHead> {
  const [, stored] = memory.entries().find(([path]) => path === headPath(root)) ?? [];
  const { value } = decodeHead(stored?.value ?? new Uint8Array());
  assert.ok(value !== undefined);
  return value;
}

/** What of the registry somebody else puts there, for a version of its own. */
async function put(
  { connect, settled }: ReturnType<typeof openWorld>,
  path: StorePath,
  text: string,
): Promise<void> {
  const store = await connect();
  const outcome = await settled(store.transact([{ kind: "set", path, value: Buffer.from(text) }]));
  assert.ok(outcome.done);
}

test("a registry of a newer version, met while standing by: said once, refused only when elected", async () => {
  const world = openWorld();
  const leader = await world.lead("first");
  await leader.write("a");
  const standby = await world.standBy();
  await standby.looked();
  await put(world, headPath(root), '{"format":2}');
  await world.step(300_000);
  assert.equal(standby.warnings.length, 1);
  assert.match(standby.warnings[0] ?? "", /written by a newer version/);
  assert.ok(standby.asked.length < 40, `${standby.asked.length} questions in 5 minutes`);
  await assert.rejects(world.elect(standby), { code: "REGISTRY_NEWER" });
});

test("a damaged registry, met while standing by: said once, and never taken for what was read before", async () => {
  const world = openWorld();
  const leader = await world.lead("first");
  await leader.write("a", "b");
  const standby = await world.standBy();
  await standby.looked();
  const { log } = await headIn(world);
  await put(world, batchPath(root, log.last), "torn");
  await leader.write("c");
  await world.step(20_000);
  assert.equal(standby.warnings.length, 1);
  assert.match(standby.warnings[0] ?? "", /the registry is damaged/);
  await assert.rejects(world.elect(standby), { code: "REGISTRY_CORRUPT" });
});

test("a store that does not answer for a while costs a standby nothing that it has", async () => {
  const { memory, lead, standBy, elect, step } = openWorld();
  const leader = await lead("first");
  await leader.write(...names(60));
  const standby = await standBy();
  await standby.looked();
  memory.setReachable(standby.store, false);
  await step(4000);
  memory.setReachable(standby.store, true);
  await leader.write("b");
  await step(4000);
  assert.ok(standby.warnings.length <= 1, `${standby.warnings}`);
  const { state, asked } = await elect(standby);
  assert.deepEqual(idsIn(state), [...names(60), "b"]);
  assert.ok(
    asked.every((path) => path.startsWith(logPath(root))),
    `read ${asked}`,
  );
});

test("a copy that was begun when the election came is waited for, not read twice", async () => {
  const { lead, standBy, elect } = openWorld();
  const leader = await lead("first");
  await leader.write(...names(60));
  const { state, asked } = await elect(await standBy());
  assert.deepEqual(idsIn(state), names(60));
  const chunks = asked.filter((path) => path.includes("snapshot"));
  assert.equal(new Set(chunks).size, chunks.length);
});

test("whatever was written when, and whenever it looked, a standby's copy is what a whole reading gives", async () => {
  const random = seededRandom(7);
  const { lead, standBy, elect, step, settled } = openWorld();
  let leader = await lead("0", { limits: { compactedLogBytesMin: 700 } });
  let standby = await standBy();
  for (let life = 1; life <= 40; life += 1) {
    for (let burst = 0; burst < 1 + random.next() * 4; burst += 1) {
      await leader.write(...names(Math.ceil(random.next() * 6), `l${life}-${burst}-`));
      if (random.next() < 0.5) await step(random.next() * 2000);
    }
    const { asked: _, ...next } = await elect(standby, String(life));
    const whole = await settled(readRegistry({ store: standby.store, root }));
    assert.deepEqual(idsIn(next.state), idsIn(whole?.state));
    assert.deepEqual(next.state, whole?.state);
    leader = next;
    standby = await standBy();
  }
});
