import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  agentIdOf,
  asId,
  BoundedList,
  BoundedQueue,
  CodedError,
  describeError,
  frameworkIdOf,
  InvariantViolation,
  invariant,
  type MasterId,
  milli,
  minus,
  offerIdOf,
  plus,
  popFromHeap,
  pushOntoHeap,
  randomUuid,
  seededRandom,
  shuffle,
  unitsOf,
} from "./index.ts";

const master = asId<MasterId>("f6e9e499");

test("ids are numbered as Mesos numbers them", () => {
  assert.equal(agentIdOf(master, 0), "f6e9e499-S0");
  assert.equal(frameworkIdOf(master, 7), "f6e9e499-0007");
  assert.equal(frameworkIdOf(master, 12_345), "f6e9e499-12345");
  assert.equal(offerIdOf(master, 3), "f6e9e499-O3");
});

test("milli() adds 0.1 and 0.2 to 0.3", () => {
  assert.equal(plus(milli(0.1), milli(0.2)), milli(0.3));
  assert.equal(unitsOf(minus(milli(1), milli(0.9))), 0.1);
});

test("milli() rounds to the nearest thousandth, ties away from zero", () => {
  assert.equal(milli(0.0004), 0);
  assert.equal(milli(0.0005), 1);
  assert.equal(milli(-0.0005), -1);
  assert.equal(milli(1.0015), 1002);
});

test("milli() and unitsOf() are inverse for every quantity of three decimals", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (thousandths) => {
      assert.equal(milli(thousandths / 1000), thousandths === 0 ? 0 : thousandths);
    }),
  );
});

test("seededRandom() gives the same sequence for the same seed, spread over [0, 1)", () => {
  const [a, b, c] = [seededRandom(7), seededRandom(7), seededRandom(8)];
  const first = Array.from({ length: 1000 }, () => a.next());
  assert.deepEqual(
    first,
    Array.from({ length: 1000 }, () => b.next()),
  );
  assert.notDeepEqual(
    first,
    Array.from({ length: 1000 }, () => c.next()),
  );
  const tenths = new Set(first.map((value) => Math.floor(value * 10)));
  assert.deepEqual([...tenths].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("randomUuid() is a UUID of version 4", () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const random = seededRandom(1);
  for (let i = 0; i < 100; i += 1) assert.match(randomUuid(random), form);
});

test("shuffle() keeps every item", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const shuffled = shuffle(seededRandom(seed), [...items]);
      assert.deepEqual(shuffled.sort(), [...items].sort());
    }),
  );
});

test("BoundedQueue gives items back in order and refuses one too many", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 5000 }), (pushes) => {
      const queue = new BoundedQueue<number>(50);
      const model: number[] = [];
      for (const [index, isPush] of pushes.entries()) {
        if (isPush) {
          const expected = model.length < 50 ? "queued" : "overflow";
          if (expected === "queued") model.push(index);
          assert.equal(queue.push(index), expected);
        } else {
          assert.equal(queue.shift(), model.shift());
        }
        assert.equal(queue.length, model.length);
      }
    }),
  );
});

test("BoundedList remembers the newest and says what fell out", () => {
  const list = new BoundedList<string>(2);
  assert.deepEqual(
    ["a", "b", "a", "c"].map((item) => list.add(item)),
    [undefined, undefined, undefined, "a"],
  );
  assert.deepEqual([...list], ["b", "c"]);
  for (const item of list) assert.equal(list.delete(item), true);
  assert.deepEqual([list.size, list.delete("b")], [0, false]);
  assert.equal(new BoundedList<string>(0).add("a"), "a");
});

test("invariant() throws what nobody catches; CodedError carries code, place and cause", () => {
  assert.throws(() => invariant(false, "two leaders"), new InvariantViolation("two leaders"));
  const cause = new Error("no space left on device");
  const error = new CodedError("CHECKPOINT_FAILED", "cannot write", { path: "/x" }, { cause });
  assert.equal(describeError(error), "cannot write: no space left on device");
  assert.equal(error.transient, false);
  assert.deepEqual(error.details, { path: "/x" });
});

test("a heap gives back what was put in, in order, and nothing when it is empty", () => {
  const isBefore = (a: number, b: number): boolean => a < b;
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (steps) => {
      const heap: number[] = [];
      const model: number[] = [];
      for (const step of steps) {
        if (step === undefined) {
          assert.equal(popFromHeap(heap, isBefore), model.shift());
        } else {
          pushOntoHeap(heap, step, isBefore);
          model.push(step);
          model.sort((a, b) => a - b);
        }
      }
      assert.equal(heap.length, model.length);
    }),
  );
});
