/** The real dice fall within their bounds and do not repeat. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { newUuid, systemRandom } from "./entropy.ts";

test("systemRandom() is within [0, 1), spread out, beyond one pool of words", () => {
  const random = systemRandom();
  const values = Array.from({ length: 5000 }, () => random.next());
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // Twelve standard deviations of the mean.
  assert.ok(Math.abs(mean - 0.5) < 0.05, String(mean));
  assert.equal(new Set(values).size, values.length);
});

test("newUuid() is a version-4 UUID, a new one each time", () => {
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newUuid(), pattern);
  assert.notEqual(newUuid(), newUuid());
});
