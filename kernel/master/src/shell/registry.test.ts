import assert from "node:assert/strict";
import test from "node:test";
import { createMetrics } from "@tavola/host";
import { addRegistrarMetrics, createInMemoryRegistrar } from "./registry.ts";

test("a registry in memory has no log to measure", () => {
  const inMemory = createMetrics();
  addRegistrarMetrics(inMemory, createInMemoryRegistrar, undefined);
  assert.deepEqual(Object.keys(inMemory.snapshot()).sort(), [
    "registrar/queued_operations",
    "registrar/registry_size_bytes",
  ]);
  const stored = createMetrics();
  addRegistrarMetrics(stored, () => undefined, 3);
  const { "registrar/log/ensemble_size": size, "registrar/log/recovered": recovered } =
    stored.snapshot();
  assert.deepEqual([size, recovered], [3, 0]);
});
