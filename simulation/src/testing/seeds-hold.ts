/**
 * Tests that some seeds hold, in portions: a portion that fails says which seed and how to see it.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "../simulate.ts";

const seedsPerTest = 25;

export function seedsHold(first: number, count: number): void {
  for (let from = first; from < first + count; from += seedsPerTest) {
    const until = Math.min(from + seedsPerTest, first + count);
    test(`seeds ${from} to ${until - 1} hold every invariant and converge`, async () => {
      for (let seed = from; seed < until; seed += 1) {
        const { failure } = await simulate(seed);
        const how = `npm run -s simulate -- --seeds=1 --first=${seed} --log`;
        assert.equal(failure?.message, undefined, `seed ${seed}: ${failure?.message}\n${how}`);
      }
    });
  }
}
