import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { instant, later, seededRandom } from "@tavola/base";
import { ejectionSettings, instanceFailed, instanceSucceeded } from "./ejection.ts";
import { createInstanceState, type InstanceState, isEjected } from "./instance-state.ts";
import { pickInstance } from "./pick-instance.ts";
import { weightNow } from "./slow-start.ts";

const now = instant(1_000_000);
const slowStartMs = 10_000;

function states(weights: readonly number[], zone?: string): InstanceState[] {
  return weights.map((weight, index) =>
    createInstanceState(
      { id: `${index}`, uri: `http://127.0.0.1:${8000 + index}`, weight, zone },
      undefined,
    ),
  );
}

/** How often each was picked, of `times`. */
function picked(
  members: readonly InstanceState[],
  options: { readonly local?: readonly InstanceState[]; readonly times?: number } = {},
): number[] {
  const { local = [], times = 10_000 } = options;
  const random = seededRandom(3);
  const weightMax = Math.max(...members.map(({ instance }) => instance.weight));
  const counts = members.map(() => 0);
  for (let i = 0; i < times; i += 1) {
    const state = pickInstance(
      { members, local, weightMax },
      { now, random, slowStartMs, tried: [] },
    );
    const at = members.indexOf(state as InstanceState);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}

function isNear(count: number | undefined, wanted: number): boolean {
  return Math.abs((count ?? 0) - wanted) < 300;
}

describe("pickInstance()", () => {
  test("goes by weight", () => {
    const counts = picked(states([1, 3, 6]));
    assert.ok(
      [1000, 3000, 6000].every((wanted, at) => isNear(counts[at], wanted)),
      `${counts}`,
    );
  });

  test("goes by weight also where one stands far above the rest", () => {
    const counts = picked(states([1, 1, 1, 1, 96]));
    assert.ok(isNear(counts[4], 9600), `${counts}`);
  });

  test("of two takes the one with less to do", () => {
    const members = states([1, 1]);
    (members[0] as InstanceState).active = 10;
    const counts = picked(members);
    assert.ok(isNear(counts[0], 2500), `${counts}`);
  });

  test("stays in the zone while one of it is up", () => {
    const [local, others] = [states([1, 1], "a"), states([1, 1], "b")];
    const members = [...local, ...others];
    assert.deepEqual(picked(members, { local }).slice(2), [0, 0]);
    (local[0] as InstanceState).ejectedUntil = later(now, 1);
    assert.deepEqual(picked(members, { local }), [0, 10_000, 0, 0]);
    (local[1] as InstanceState).ejectedUntil = later(now, 1);
    assert.deepEqual(picked(members, { local }).slice(0, 2), [0, 0]);
  });

  test("gives a new one a tenth at first, and all in the end", () => {
    const [state] = states([2]) as [InstanceState];
    state.startingSince = now;
    assert.equal(weightNow(state, now, slowStartMs), 0.2);
    assert.equal(weightNow(state, later(now, slowStartMs / 2), slowStartMs), 1);
    assert.equal(weightNow(state, later(now, slowStartMs), slowStartMs), 2);
    assert.equal(state.startingSince, undefined);
  });

  test("never one that was tried; rather an ejected one than none", () => {
    const members = states([1, 1]);
    const random = seededRandom(1);
    const from = { members, local: [], weightMax: 1 };
    const options = { now, random, slowStartMs };
    assert.equal(pickInstance(from, { ...options, tried: members }), undefined);
    assert.equal(pickInstance(from, { ...options, tried: members.slice(0, 1) }), members[1]);
    for (const state of members) state.ejectedUntil = later(now, 1);
    assert.notEqual(pickInstance(from, { ...options, tried: [] }), undefined);
    assert.equal(pickInstance({ ...from, members: [] }, { ...options, tried: [] }), undefined);
  });
});

describe("ejection", () => {
  const failure = { reason: "refused", now };

  function failInRow(state: InstanceState, members: readonly InstanceState[], at = now): boolean {
    let wasEjected = false;
    for (let i = 0; i < ejectionSettings.failuresInRow; i += 1) {
      wasEjected = instanceFailed(state, members, { ...failure, now: at }) || wasEjected;
    }
    return wasEjected;
  }

  test("comes after failures in a row, not after as many with a success between", () => {
    const members = states([1, 1]);
    const [state] = members as [InstanceState];
    for (let i = 0; i < 20; i += 1) {
      if (i % 4 === 3) instanceSucceeded(state);
      assert.equal(instanceFailed(state, members, failure), false);
    }
    instanceSucceeded(state);
    assert.equal(failInRow(state, members), true);
    assert.equal(isEjected(state, now), true);
    assert.equal(isEjected(state, later(now, ejectionSettings.baseMs)), false);
  });

  test("never takes more than half", () => {
    const members = states([1, 1, 1, 1, 1]);
    const ejected = members.filter((state) => failInRow(state, members)).length;
    assert.equal(ejected, 2);
    const alone = states([1]);
    assert.equal(failInRow(alone[0] as InstanceState, alone), false);
  });

  test("lasts longer each time, up to a bound, and starts over after a success", () => {
    const members = states([1, 1]);
    const [state] = members as [InstanceState];
    const lasts: number[] = [];
    let at = now;
    for (let i = 0; i < 6; i += 1) {
      assert.ok(failInRow(state, members, at));
      lasts.push((state.ejectedUntil as number) - at);
      at = later(at, lasts.at(-1) as number);
    }
    assert.deepEqual(lasts, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    instanceSucceeded(state);
    assert.ok(failInRow(state, members, at));
    assert.equal((state.ejectedUntil as number) - at, 30_000);
  });
});
