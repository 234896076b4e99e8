import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, randomInt, seededRandom } from "@tavola/base";
import { Deadlines } from "./deadlines.ts";

function takeAll(deadlines: Deadlines<string>, now: number): string[] {
  const taken: string[] = [];
  for (;;) {
    const what = deadlines.takeDue(instant(now));
    if (what === undefined) return taken;
    taken.push(what);
  }
}

test("takeDue() gives what is due, the earliest first, once", () => {
  const deadlines = new Deadlines<string>();
  deadlines.set("b", instant(20), "second");
  deadlines.set("a", instant(10), "first");
  deadlines.set("c", instant(30), "third");
  assert.equal(deadlines.nextAt, 10);
  assert.deepEqual(takeAll(deadlines, 25), ["first", "second"]);
  assert.equal(deadlines.nextAt, 30);
  assert.deepEqual(takeAll(deadlines, 25), []);
});

test("set() under the same key replaces, cancel() removes", () => {
  const deadlines = new Deadlines<string>();
  deadlines.set("a", instant(10), "early");
  deadlines.set("a", instant(50), "late");
  deadlines.set("b", instant(20), "gone");
  deadlines.cancel("b");
  deadlines.cancel("b");
  assert.deepEqual(takeAll(deadlines, 40), []);
  assert.deepEqual(takeAll(deadlines, 50), ["late"]);
  assert.equal(deadlines.nextAt, undefined);
});

test("random plans come out as a sorted list would give them", () => {
  const random = seededRandom(7);
  const deadlines = new Deadlines<string>();
  const model = new Map<string, number>();
  for (let step = 0; step < 5000; step += 1) {
    const key = `k${randomInt(random, 300)}`;
    if (randomInt(random, 3) === 0) {
      deadlines.cancel(key);
      model.delete(key);
    } else {
      // Distinct times, so that the order is defined.
      const at = randomInt(random, 1000) * 5000 + step;
      deadlines.set(key, instant(at), key);
      model.set(key, at);
    }
    assert.equal(deadlines.size, model.size);
  }
  const expected = [...model].sort((a, b) => a[1] - b[1]).map(([key]) => key);
  assert.deepEqual(takeAll(deadlines, Number.MAX_SAFE_INTEGER), expected);
});
