/** Random batches, breaks and changes of leader, against a map: what was answered must be there. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import { type Coordination, createMemoryCoordination } from "@tavola/coordination";
import { simulatedClock } from "@tavola/host";
import fc from "fast-check";
import { openRecordStore, type RecordStore, type RecordWrite } from "./record-store.ts";
import { put } from "./testing/record-store-contract.ts";

const path = "/s";
const sizes = [0, 10, 200_000, 700_000] as const;

const write = fc.record({
  kind: fc.constantFrom("request", "task"),
  key: fc.constantFrom("a", "b", "c", "d"),
  size: fc.constantFrom(...sizes),
  letter: fc.constantFrom("x", "y"),
});
type WriteStep = typeof write extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("write" as const), writes: fc.array(write) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("breakDone" as const, "break" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("lead" as const, "away" as const) }) },
  // What was decided is brought to its place, wholly or until something else comes.
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("carry" as const, "rest" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function recordWriteOf({ kind, key, size, letter }: WriteStep): RecordWrite {
  return put(kind, key, size === 0 ? undefined : letter.repeat(size));
}

class World {
  readonly clock = simulatedClock();
  readonly ensemble = createMemoryCoordination({ clock: this.clock, random: seededRandom(7) });
  client!: Coordination;
  store!: RecordStore;
  found: ReadonlyMap<string, ReadonlyMap<string, unknown>> = new Map();

  /** Runs time until the promise has settled. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const done = (): void => {
      isSettled = true;
    };
    promise.then(done, done);
    for (let turns = 0; !isSettled && turns < 2000; turns += 1)
      await this.clock.advanceSettling(20);
    assert.ok(isSettled, "it settles");
    return await promise;
  }

  async lead(): Promise<void> {
    this.client = this.ensemble.connect({ sessionTimeoutMs: 4000 });
    await this.clock.advanceSettling(50);
    this.store = await this.settle(openRecordStore(this.client, path));
    this.found = await this.settle(this.store.load());
  }
}

function applied(model: ReadonlyMap<string, unknown>, writes: readonly RecordWrite[]) {
  const next = new Map(model);
  for (const { kind, key, value } of writes) {
    if (value === undefined) next.delete(`${kind}/${key}`);
    else next.set(`${kind}/${key}`, value);
  }
  return next;
}

function flat(found: World["found"]): Map<string, unknown> {
  return new Map(
    [...found].flatMap(([kind, all]) => [...all].map(([k, v]) => [`${kind}/${k}`, v])),
  );
}

function same(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

async function play(steps: readonly Step[]): Promise<void> {
  const world = new World();
  await world.lead();
  let model: ReadonlyMap<string, unknown> = new Map();
  for (const each of steps) {
    if (each.do === "break") world.ensemble.breakNextTransaction(world.client, "not applied");
    if (each.do === "breakDone") world.ensemble.breakNextTransaction(world.client, "applied");
    if (each.do === "away") world.ensemble.disconnect(world.client);
    if (each.do === "carry") void world.store.settled();
    if (each.do === "rest") await world.clock.advanceSettling(2500);
    if (each.do === "lead") {
      await world.lead();
      assert.ok(same(flat(world.found), model), "a new leader finds what was answered");
    }
    if (each.do !== "write") continue;
    const writes = each.writes.map(recordWriteOf);
    try {
      await world.settle(world.store.write(writes));
      model = applied(model, writes);
    } catch (error) {
      // Nothing of it was done; the same may be asked again.
      assert.ok(error instanceof CodedError && error.code === "UNAVAILABLE", String(error));
      await world.clock.advanceSettling(2000);
    }
  }
  await world.settle(world.store.settled());
  await world.lead();
  assert.ok(same(flat(world.found), model), "the last leader finds what was answered");
  const left = world.ensemble.entries().filter(([node]) => node.startsWith(`${path}/journal/`));
  assert.deepEqual(left, []);
}

test("whatever breaks, and whoever leads, the records are what was answered", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), play), { numRuns: 80 });
});
