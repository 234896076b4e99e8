import assert from "node:assert/strict";
import test from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type AgentId, asId, instant } from "@tavola/base";
import { createMetrics, silentLogger, simulatedClock } from "@tavola/host";
import type { AgentInfo, MasterInfo } from "@tavola/protocol";
import {
  applyOperation,
  createRegistryState,
  type RegistryOperation,
  type RegistryState,
} from "@tavola/registry";
import fc from "fast-check";
import {
  asCoordination,
  MapStore,
  type StoreContents,
  type WriteFate,
} from "../testing/map-store.ts";
import { StoredRegistrar, type StoredRegistrarOptions } from "./registrar.ts";
import { readRegistry } from "./registry-copy.ts";
import { headPath } from "./registry-layout.ts";

const root = "/mesos/tavola/registry";
const leader = { id: "m", ip: 0, port: 1, hostname: "h" } as MasterInfo;

function agentInfo(id: string, hostname = id): AgentInfo {
  return { hostname, id: { value: id }, port: 5051, resources: [] };
}

function admit(id: string): RegistryOperation {
  return { kind: "admitAgent", info: agentInfo(id) };
}

function open(store: MapStore, options: Partial<StoredRegistrarOptions> = {}) {
  const clock = simulatedClock();
  const metrics = createMetrics();
  const registrar = new StoredRegistrar({
    place: { store: asCoordination(store), root },
    writer: "m@127.0.0.1:5050",
    mayCreate: true,
    fetchTimeoutMs: 60_000,
    storeTimeoutMs: 20_000,
    clock,
    logger: silentLogger,
    metrics,
    ...options,
  });
  return { registrar, clock, metrics };
}

/** Lets promises settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function stored(contents: StoreContents) {
  return await readRegistry({ store: asCoordination(new MapStore(contents)), root });
}

async function idsIn(contents: StoreContents): Promise<readonly string[]> {
  return [...((await stored(contents))?.state.admitted.keys() ?? [])];
}

test("recover() makes an empty registry where there is none, and reads what a former master wrote", async () => {
  const contents: StoreContents = new Map();
  const first = open(new MapStore(contents));
  assert.equal((await first.registrar.recover(leader)).admitted.size, 0);
  await new Promise<void>((resolve) => first.registrar.apply(admit("a"), resolve));
  const second = open(new MapStore(contents));
  const state = await second.registrar.recover({ ...leader, id: "n" });
  assert.deepEqual([...state.admitted.keys()], ["a"]);
  assert.equal(state.leader?.id, "n");
});

test("an operation is told durable only after the store has said so, in order, and those that came meanwhile go together", async () => {
  const store = new MapStore();
  const { registrar } = open(store);
  await registrar.recover(leader);
  await settle();
  const gate = Promise.withResolvers<void>();
  const transact = store.transact.bind(store);
  store.transact = async (writes) => {
    const outcome = await transact(writes);
    await gate.promise;
    return outcome;
  };
  const told: string[] = [];
  registrar.apply(admit("a"), () => told.push("a"));
  await settle();
  const before = store.transactions;
  for (const id of ["b", "c", "d"]) registrar.apply(admit(id), () => told.push(id));
  await settle();
  assert.deepEqual(told, []);
  assert.equal(store.transactions, before);
  gate.resolve();
  await settle();
  assert.deepEqual(told, ["a", "b", "c", "d"]);
  assert.equal(store.transactions, before + 1, "b, c and d are one batch");
});

test("a batch is bounded; an operation that is larger than any batch is stored all the same", async () => {
  const contents: StoreContents = new Map();
  const store = new MapStore(contents);
  let largest = 0;
  store.fate = (writes) => {
    const bytes = writes.reduce((sum, each) => sum + ("value" in each ? each.value.length : 0), 0);
    largest = Math.max(largest, bytes);
    return "done";
  };
  const { registrar } = open(store);
  await registrar.recover(leader);
  const ids = Array.from({ length: 3000 }, (_, n) => `agent-${n}-${"x".repeat(300)}`);
  const told: string[] = [];
  for (const id of ids) registrar.apply(admit(id), () => told.push(id));
  const huge = { ...agentInfo("huge"), hostname: "h".repeat(700_000) };
  registrar.apply({ kind: "admitAgent", info: huge }, () => told.push("huge"));
  registrar.apply(admit("last"), () => told.push("last"));
  await settle();
  assert.deepEqual(told, [...ids, "huge", "last"]);
  assert.deepEqual(await idsIn(contents), told);
  assert.ok(largest <= 300 * 1024, `${largest} bytes in one transaction`);
});

test("an outcome that nobody knows is looked up: nothing is written twice and nothing is lost", async () => {
  for (const fate of ["lost", "undone", "refused"] as const) {
    const contents: StoreContents = new Map();
    const store = new MapStore(contents);
    const { registrar, clock } = open(store);
    await registrar.recover(leader);
    await settle();
    const fates: WriteFate[] = [fate];
    store.fate = () => fates.shift() ?? "done";
    const told: string[] = [];
    registrar.apply(admit("a"), () => told.push("a"));
    registrar.apply(admit("b"), () => told.push("b"));
    await settle();
    await clock.advanceSettling(1000);
    await settle();
    assert.deepEqual(told, ["a", "b"], fate);
    assert.deepEqual(await idsIn(contents), ["a", "b"], fate);
  }
});

test("a store that stays away ends the master, with how long was tried", async () => {
  const store = new MapStore();
  const { registrar, clock } = open(store, { storeTimeoutMs: 5000 });
  await registrar.recover(leader);
  await settle();
  store.fate = () => "refused";
  registrar.apply(admit("a"), () => assert.fail("told though it is not durable"));
  await settle();
  await clock.advanceSettling(10_000);
  const error = await registrar.failed;
  assert.match(error.message, /within 5 s \(--registry_store_timeout\)/);
});

test("a master whose registry was taken over writes nothing more, and says who has it", async () => {
  const contents: StoreContents = new Map();
  const former = open(new MapStore(contents));
  await former.registrar.recover(leader);
  await settle();
  const next = open(new MapStore(contents), { writer: "n@127.0.0.1:5051" });
  await next.registrar.recover({ ...leader, id: "n" });
  former.registrar.apply(admit("a"), () => assert.fail("told by a master that was deposed"));
  assert.match((await former.registrar.failed).message, /taken.*over: n@127\.0\.0\.1:5051/);
  assert.deepEqual(await idsIn(contents), []);
});

test("the log is compacted while it is written, and what is old is removed", async () => {
  const contents: StoreContents = new Map();
  const { registrar, metrics } = open(new MapStore(contents), {
    limits: { compactedLogBytesMin: 2000 },
  });
  await registrar.recover(leader);
  const ids = Array.from({ length: 200 }, (_, n) => `a${n}`);
  for (const id of ids) {
    await new Promise<void>((resolve) => registrar.apply(admit(id), resolve));
  }
  await settle();
  assert.deepEqual(await idsIn(contents), ids);
  const found = await stored(contents);
  assert.ok(found?.head.snapshot !== undefined);
  const { first, last } = found.head.log;
  const kept = [...contents.keys()].filter((path) => path.startsWith(`${root}/`));
  const named = 1 + 1 + (last - first + 1) + 1 + found.head.snapshot.chunks;
  assert.equal(kept.length, named, "head, log, its batches, the snapshot, its chunks");
  const { "registrar/state_store_ms/count": stores = 0 } = metrics.snapshot();
  assert.ok(stores > 100, `${stores} writes were timed`);
});

test("what cannot be read is never taken for an empty registry", async () => {
  const full = async (): Promise<StoreContents> => {
    const contents: StoreContents = new Map();
    const { registrar } = open(new MapStore(contents));
    await registrar.recover(leader);
    await new Promise<void>((resolve) => registrar.apply(admit("a"), resolve));
    await settle();
    return contents;
  };
  const breakages: readonly [string, RegExp, (contents: StoreContents) => void][] = [
    ["no head", /head .* is missing/, (contents) => contents.delete(headPath(root))],
    [
      "a head of nonsense",
      /head .* is not JSON/,
      (contents) => contents.set(headPath(root), { value: Buffer.from("{"), version: 9 }),
    ],
    [
      "a newer head",
      /written by a newer version/,
      (contents) =>
        contents.set(headPath(root), { value: Buffer.from('{"format":2}'), version: 9 }),
    ],
    [
      "no batch",
      /log\/0+2 .* is missing/,
      (contents) => contents.delete(`${root}/log/000000000002`),
    ],
    [
      "a torn batch",
      /log\/0+2 in a map/,
      (contents) => {
        const path = `${root}/log/000000000002`;
        const { value = new Uint8Array(), version = 0 } = contents.get(path) ?? {};
        contents.set(path, { value: value.subarray(0, value.length - 3), version });
      },
    ],
  ];
  for (const [name, message, damage] of breakages) {
    const contents = await full();
    damage(contents);
    const before = new Map(contents);
    const { registrar } = open(new MapStore(contents));
    await assert.rejects(registrar.recover(leader), { message }, name);
    before.delete(headPath(root));
    for (const [path, value] of before) assert.equal(contents.get(path), value, `${name}: ${path}`);
  }
});

test("a registry that may not be made is asked for", async () => {
  const { registrar } = open(new MapStore(), { mayCreate: false });
  await assert.rejects(registrar.recover(leader), { code: "REGISTRY_MISSING" });
});

test("json() tells what is durable, in Mesos's form", async () => {
  const { registrar } = open(new MapStore());
  await registrar.recover(leader);
  let durable = false;
  registrar.apply(admit("a"), () => {
    durable = true;
  });
  const json = JSON.parse(await registrar.json());
  assert.ok(durable, "the answer waited for what was in flight");
  assert.equal(json.slaves.slaves[0].info.id.value, "a");
  assert.equal(json.master.info.id, "m");
});

/** What a life of a master asks for: new agents, and some of the old ones lost; `burst` at once. */
const life = fc.record({
  /** It dies with this write, done or not; undefined: it lives. */
  diesAtWrite: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  isLastDone: fc.boolean(),
  bursts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 25 }),
});

function foldOf(operations: readonly RegistryOperation[]): unknown {
  const state = createRegistryState();
  for (const operation of operations)
    assert.equal(applyOperation(state, operation).error, undefined);
  return contentsOf(state);
}

/** Order included. */
function contentsOf(state: RegistryState): unknown {
  return { admitted: [...state.admitted.keys()], unreachable: [...state.unreachable] };
}

test("wherever a master dies, its successor reads every acknowledged operation, in order, and goes on", async () => {
  let deaths = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
      const contents: StoreContents = new Map();
      /** What is known to have survived. */
      let history: RegistryOperation[] = [];
      let asked: RegistryOperation[] = [];
      let acknowledged = 0;
      let number = 0;
      for (const { diesAtWrite, isLastDone, bursts } of [...lives, { ...quietLife }]) {
        const store = new MapStore(contents);
        store.fate = () => {
          if (store.transactions !== diesAtWrite) return "done";
          deaths += 1;
          return isLastDone ? "dead-after" : "dead";
        };
        const { registrar } = open(store, { limits: { compactedLogBytesMin: 600 } });
        const recovered = await Promise.race([registrar.recover(leader), settle()]);
        if (recovered !== undefined) {
          const counts = asked.map((_, index) => index + 1).concat(0);
          const survived = counts.find((count) =>
            isDeepStrictEqual(
              foldOf([...history, ...asked.slice(0, count)]),
              contentsOf(recovered),
            ),
          );
          assert.ok(survived !== undefined, "what is there is a beginning of what was asked for");
          assert.ok(survived >= acknowledged, `${survived} of ${acknowledged} acknowledged`);
          history = [...history, ...asked.slice(0, survived)];
          asked = [];
          acknowledged = 0;
          for (const burst of bursts) {
            for (let n = 0; n < burst; n += 1) {
              number += 1;
              const operation =
                number % 3 === 0 ? unreachable(`a${number - 1}`, number) : admit(`a${number}`);
              const isValid = (() => {
                const state = createRegistryState();
                for (const each of [...history, ...asked]) applyOperation(state, each);
                return applyOperation(state, operation).error === undefined;
              })();
              if (!isValid) continue;
              asked.push(operation);
              const count = asked.length;
              registrar.apply(operation, () => {
                assert.equal(acknowledged, count - 1, "told in order");
                acknowledged = count;
              });
            }
            await settle();
          }
        } else {
          assert.ok(diesAtWrite !== undefined, "only one that dies cannot recover");
        }
        registrar.close();
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(deaths > 30, `${deaths} masters died`);
});

const quietLife = { diesAtWrite: undefined, isLastDone: true, bursts: [1] };

function unreachable(id: string, at: number): RegistryOperation {
  return { kind: "markAgentUnreachable", agentId: asId<AgentId>(id), at: instant(at) };
}
