import assert from "node:assert/strict";
import { test } from "node:test";
import { asksOfTheMachine } from "../testing/asks-of-the-machine.ts";
import { serviceRegressionSeeds } from "./regression-seeds.ts";
import { simulateServices } from "./simulate-services.ts";

const how = (seed: number): string =>
  `npm run -s simulate -- --services --seeds=1 --first=${seed} --log`;

test("one seed of services is one history, bit for bit", async () => {
  const [a, b] = [await simulateServices(3), await simulateServices(3)];
  assert.equal(a.hash, b.hash);
  assert.deepEqual([...a.log.lines()].slice(0, 200), [...b.log.lines()].slice(0, 200));
  assert.notEqual((await simulateServices(4)).hash, a.hash);
});

test("a run of services asks nothing of the machine that it really runs on", async () => {
  const asks = await asksOfTheMachine(async () => {
    for (const seed of [1, 2, 4]) await simulateServices(seed);
  });
  assert.deepEqual(asks, []);
});

test("a run of services does much: schedulers change, deploys come and go, tasks run and end", async () => {
  let [launches, ended, deploys, restarts] = [0, 0, 0, 0];
  for (let seed = 1; seed <= 5; seed += 1) {
    const { summary } = await simulateServices(seed);
    launches += Number(summary["launches"]);
    ended += Number(summary["ended"]);
    deploys += Number(summary["deploys"]);
    restarts += Number(summary["schedulerRestarts"]);
  }
  const seen = `${launches} launches, ${ended} ended, ${deploys} deploys, ${restarts} restarts`;
  assert.ok(launches > 80 && ended > 60 && deploys > 20 && restarts > 3, seen);
});

for (const { seed, what } of serviceRegressionSeeds) {
  test(`services, seed ${seed}: ${what}`, async () => {
    const { failure } = await simulateServices(seed);
    assert.equal(failure?.message, undefined, how(seed));
  });
}

// CI runs 300 with the longer suites.
test("services, seeds 1000 to 1024: nothing is started twice, nothing is forgotten", async () => {
  for (let seed = 1000; seed < 1025; seed += 1) {
    const { failure } = await simulateServices(seed);
    assert.equal(failure?.message, undefined, `seed ${seed}: ${failure?.message}\n${how(seed)}`);
  }
});
