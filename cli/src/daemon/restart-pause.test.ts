import assert from "node:assert/strict";
import { test } from "node:test";
import { RestartPause } from "./restart-pause.ts";

test("RestartPause doubles up to half a minute, and begins anew after a life of a minute", () => {
  const pause = new RestartPause();
  const pauses = Array.from({ length: 8 }, () => pause.afterLife(10));
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(pause.afterLife(60_001), 500);
  assert.equal(pause.afterLife(10), 1000);
});
