import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "./simulate.ts";

const seeds = 100;
const first = 1100;

test(`${seeds} more seeds hold every invariant and converge`, async () => {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const { failure } = await simulate(seed);
    const how = `npm run -s simulate -- --seeds=1 --first=${seed} --log`;
    assert.equal(failure?.message, undefined, `seed ${seed}: ${failure?.message}\n${how}`);
  }
});
