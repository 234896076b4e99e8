import assert from "node:assert/strict";
import { test } from "node:test";
import { regressionSeeds } from "./regression-seeds.ts";
import { simulate } from "./simulate.ts";
import { asksOfTheMachine } from "./testing/asks-of-the-machine.ts";
import { seedsHold } from "./testing/seeds-hold.ts";

test("one seed is one history, bit for bit", async () => {
  for (const seed of [1, 17]) {
    const [a, b] = [await simulate(seed), await simulate(seed)];
    assert.equal(a.hash, b.hash);
    assert.equal(a.events, b.events);
    assert.deepEqual([...a.log.lines()].slice(0, 200), [...b.log.lines()].slice(0, 200));
  }
  assert.notEqual((await simulate(1)).hash, (await simulate(2)).hash);
});

test("a run asks nothing of the machine that it really runs on", async () => {
  const asks = await asksOfTheMachine(async () => {
    for (const seed of [1, 17]) await simulate(seed);
  });
  assert.deepEqual(asks, []);
});

test("a run does much: masters change, agents die, tasks run, and all comes right", async () => {
  let [tasks, masters, agents, frameworks] = [0, 0, 0, 0];
  for (let seed = 1; seed <= 6; seed += 1) {
    const { summary } = await simulate(seed);
    tasks += Number(summary["tasks"]);
    masters += Number(summary["masterRestarts"]);
    agents += Number(summary["agentRestarts"]);
    frameworks += Number(summary["frameworkRestarts"]);
  }
  const seen = `${tasks} tasks, ${masters} ${agents} ${frameworks} restarts`;
  assert.ok(tasks > 100 && masters > 10 && agents > 5 && frameworks > 2, seen);
});

for (const { seed, isPlain = false, what } of regressionSeeds) {
  test(`seed ${seed}: ${what}`, async () => {
    const { failure } = await simulate(seed, { isPlain });
    assert.equal(failure?.message, undefined);
  });
}

// With those in simulate-more.test.ts: 50, in two processes; CI runs 1,000 with the longer suites.
seedsHold(1000, 25);
