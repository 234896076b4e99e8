/** The engine: what is answered when, and how it ends. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import { silentLogger, simulatedClock } from "@tavola/host";
import type { Effect } from "../core/effects.ts";
import { OfferCache } from "../core/placement/offer-cache.ts";
import { defaultSchedulerConfig } from "../core/scheduler-config.ts";
import { createSchedulerState } from "../core/state.ts";
import type { Turn } from "../core/turn.ts";
import { Engine } from "./engine.ts";

/** A store whose writes end when the test says so. */
class ManualStore {
  readonly writes: { readonly keys: readonly string[]; end(error?: CodedError): void }[] = [];

  write(changes: Iterable<{ readonly key: string }>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = (error?: CodedError) => (error === undefined ? resolve() : reject(error));
    this.writes.push({ keys: [...changes].map(({ key }) => key), end });
    return promise;
  }
}

function engineOn(perform: (effect: Effect) => void = () => undefined) {
  const store = new ManualStore();
  const clock = simulatedClock();
  const ends: CodedError[] = [];
  const engine = new Engine({
    state: createSchedulerState(new OfferCache()),
    config: defaultSchedulerConfig,
    store,
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    perform,
    ended: (error) => ends.push(error),
  });
  return { engine, store, clock, ends };
}

const put = (host: string) => (turn: Turn) => turn.put("inactiveHost", host, { host });
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a turn that changes nothing waits for what it saw to be durable", async () => {
  const { engine, store } = engineOn();
  const order: string[] = [];
  const first = engine.decide(put("a")).then(() => order.push("first"));
  await settled();
  const repeated = engine
    .decide((turn) => turn.get("inactiveHost", "a") !== undefined)
    .then((isKnown) => order.push(`repeated ${isKnown}`));
  await settled();
  assert.deepEqual(order, []);
  store.writes[0]?.end();
  await Promise.all([first, repeated]);
  assert.deepEqual(order, ["first", "repeated true"]);
  await engine.decide(() => undefined);
  assert.equal(store.writes.length, 1);
});

test("turns during a write share the next", async () => {
  const { engine, store } = engineOn();
  const all = [engine.decide(put("a"))];
  await settled();
  all.push(engine.decide(put("b")), engine.decide(put("c")));
  store.writes[0]?.end();
  await settled();
  store.writes[1]?.end();
  await Promise.all(all);
  assert.deepEqual(
    store.writes.map(({ keys }) => keys),
    [["a"], ["b", "c"]],
  );
});

test("a long queue is written in portions, in order, and no turn is divided", async () => {
  const { engine, store } = engineOn();
  const many = (name: string) => (turn: Turn) => {
    for (let i = 0; i < 200; i += 1) put(`${name}${i}`)(turn);
  };
  const order: string[] = [];
  const all = [engine.decide(put("first"))];
  await settled();
  for (const name of ["a", "b", "c"]) {
    all.push(engine.decide(many(name)).then(() => void order.push(name)));
  }
  for (let write = 0; write < 3; write += 1) {
    store.writes[write]?.end();
    await settled();
  }
  await Promise.all(all);
  assert.deepEqual(
    store.writes.map(({ keys }) => keys.length),
    [1, 400, 200],
  );
  assert.deepEqual(order, ["a", "b", "c"]);
});

test("a turn may have any number of changes and effects", async () => {
  const performed: Effect[] = [];
  const { engine, store } = engineOn((effect) => performed.push(effect));
  const many = 300_000;
  const decided = engine.decide((turn) => {
    put("a")(turn);
    for (let i = 0; i < many; i += 1) turn.effect({ kind: "stopHealthcheck", taskId: `t${i}` });
  });
  await settled();
  store.writes[0]?.end();
  await decided;
  assert.deepEqual(
    [performed.length, performed.at(-1)],
    [many, { kind: "stopHealthcheck", taskId: `t${many - 1}` }],
  );
});

test("a store that is away is asked again; closing does not wait for it", async () => {
  const { engine, store, clock, ends } = engineOn();
  const away = () => new CodedError("UNAVAILABLE", "away", {}, { transient: true });
  const decided = engine.decide(put("a"));
  await settled();
  store.writes[0]?.end(away());
  await settled();
  assert.match(engine.trouble ?? "", /away/);
  await clock.advanceSettling(50);
  assert.equal(store.writes.length, 2);
  store.writes[1]?.end(away());
  await settled();
  engine.close();
  await assert.rejects(decided, { code: "CLOSED" });
  assert.deepEqual(
    ends.map(({ code }) => code),
    ["CLOSED"],
  );
  await clock.advanceSettling(10_000);
  assert.equal(store.writes.length, 2);
});

test("who is fenced rejects all that waits, and decides nothing more", async () => {
  const performed: Effect[] = [];
  const { engine, store, ends } = engineOn((effect) => performed.push(effect));
  const both = [
    engine.decide((turn) => {
      put("a")(turn);
      turn.effect({ kind: "wantOffers", wanted: true });
    }),
  ];
  await settled();
  both.push(engine.decide(put("b")));
  store.writes[0]?.end(new CodedError("FENCED", "another leads"));
  for (const each of both) await assert.rejects(each, { code: "FENCED" });
  await assert.rejects(engine.decide(put("c")), { code: "FENCED" });
  assert.deepEqual([performed, ends.length], [[], 1]);
});

test("what throws in a turn, or when it is acted upon, ends the engine", async () => {
  const inTurn = engineOn();
  const failing = inTurn.engine.decide(() => {
    throw new TypeError("no such thing");
  });
  await assert.rejects(failing, { code: "SCHEDULER_BROKEN" });
  assert.equal(inTurn.ends[0]?.code, "SCHEDULER_BROKEN");

  const inEffect = engineOn(() => {
    throw new TypeError("no such thing");
  });
  const decided = inEffect.engine.decide((turn) =>
    turn.effect({ kind: "wantOffers", wanted: true }),
  );
  await decided;
  await settled();
  assert.equal(inEffect.ends[0]?.code, "SCHEDULER_BROKEN");
  await assert.rejects(inEffect.engine.decide(put("a")), { code: "SCHEDULER_BROKEN" });
});
