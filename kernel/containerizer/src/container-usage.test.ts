import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import { boundsOf } from "./cgroups/cgroup-limits.ts";
import { usageOf } from "./container-usage.ts";
import { scalars } from "./testing/containerizers.ts";

const megabyte = 1024 * 1024;
const options = {
  now: instant(1500),
  enableCfs: false,
  machine: { cpus: 4, memoryBytes: 1000 * megabyte },
};

test("usageOf() adds the bounds: the request is soft, the limit hard, an infinite one the machine", () => {
  const resources = scalars({ cpus: 0.5, mem: 64 });
  assert.deepEqual(usageOf({ processes: 1 }, boundsOf(resources), options), {
    processes: 1,
    timestamp: 1.5,
    cpus_soft_limit: 0.5,
    mem_soft_limit_bytes: 64 * megabyte,
    mem_limit_bytes: 64 * megabyte,
  });
  const limits = { cpus: { value: Number.POSITIVE_INFINITY }, mem: { value: 128 } };
  const limited = usageOf({}, boundsOf(resources, limits), options);
  assert.deepEqual([limited.cpus_limit, limited.mem_limit_bytes], [4, 128 * megabyte]);
  const quota = usageOf({}, boundsOf(resources), { ...options, enableCfs: true });
  assert.equal(quota.cpus_limit, 0.5);
});
