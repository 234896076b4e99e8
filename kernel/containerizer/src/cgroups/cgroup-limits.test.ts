import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "@tavola/protocol";
import { scalars } from "../testing/containerizers.ts";
import {
  boundsOf,
  type CgroupWrite,
  cpuWrites,
  memoryWrites,
  oomScoreAdjustmentOf,
} from "./cgroup-limits.ts";

const megabyte = 1024 * 1024;

function told(writes: readonly CgroupWrite[]): string[] {
  return writes.map(({ control, value }) => `${control} ${value}`);
}

test("version 1: 1024 shares a cpu, at least 2", () => {
  const shares = (cpus: number): string[] =>
    told(cpuWrites(boundsOf(scalars({ cpus })), { version: 1, enableCfs: false }));
  assert.deepEqual(shares(0.5), ["cpu.shares 512"]);
  assert.deepEqual(shares(3), ["cpu.shares 3072"]);
  assert.deepEqual(shares(0.001), ["cpu.shares 2"]);
});

test("version 2: weight 100 a cpu, from 1 to 10000", () => {
  const weight = (cpus: number): string[] =>
    told(cpuWrites(boundsOf(scalars({ cpus })), { version: 2, enableCfs: false }));
  assert.deepEqual(weight(0.5), ["cpu.weight 50"]);
  assert.deepEqual(weight(0.001), ["cpu.weight 1"]);
  assert.deepEqual(weight(200), ["cpu.weight 10000"]);
});

test("revocable cpus get next to nothing", () => {
  const revocable: Resource[] = scalars({ cpus: 2 }).map((each) => ({ ...each, revocable: {} }));
  const writes = (version: 1 | 2): string[] =>
    told(cpuWrites(boundsOf(revocable), { version, enableCfs: false }));
  assert.deepEqual(writes(1), ["cpu.shares 20"]);
  assert.deepEqual(writes(2), ["cpu.weight 2"]);
});

test("a quota comes from the limit, or from the request with cgroups_enable_cfs", () => {
  const writes = (version: 1 | 2, limit: number | undefined, enableCfs: boolean): string[] => {
    const limits = limit === undefined ? {} : { cpus: { value: limit } };
    return told(cpuWrites(boundsOf(scalars({ cpus: 1 }), limits), { version, enableCfs })).slice(1);
  };
  assert.deepEqual(writes(1, undefined, false), []);
  assert.deepEqual(writes(1, undefined, true), [
    "cpu.cfs_period_us 100000",
    "cpu.cfs_quota_us 100000",
  ]);
  assert.deepEqual(writes(1, 1.5, false), ["cpu.cfs_period_us 100000", "cpu.cfs_quota_us 150000"]);
  assert.deepEqual(writes(1, Number.POSITIVE_INFINITY, true), [
    "cpu.cfs_period_us 100000",
    "cpu.cfs_quota_us -1",
  ]);
  assert.deepEqual(writes(2, 0.001, false), ["cpu.max 1000 100000"]);
  assert.deepEqual(writes(2, Number.POSITIVE_INFINITY, false), ["cpu.max max 100000"]);
});

test("memory: soft limit from the request, hard limit from limit or request, never below 32 MB", () => {
  const first = { limitSwap: false, currentLimitBytes: undefined } as const;
  const writes = (version: 1 | 2, mem: number, limit?: number): string[] => {
    const limits = limit === undefined ? {} : { mem: { value: limit } };
    return told(memoryWrites(boundsOf(scalars({ mem }), limits), { version, ...first }));
  };
  assert.deepEqual(writes(1, 64), [
    `memory.soft_limit_in_bytes ${64 * megabyte}`,
    `memory.limit_in_bytes ${64 * megabyte}`,
  ]);
  assert.deepEqual(writes(1, 5), [
    `memory.soft_limit_in_bytes ${32 * megabyte}`,
    `memory.limit_in_bytes ${32 * megabyte}`,
  ]);
  assert.deepEqual(writes(2, 64, 128), [
    `memory.low ${64 * megabyte}`,
    `memory.max ${128 * megabyte}`,
  ]);
  assert.deepEqual(writes(2, 64, Number.POSITIVE_INFINITY), [
    `memory.low ${64 * megabyte}`,
    "memory.max max",
  ]);
  assert.deepEqual(writes(1, 64.9)[1], `memory.limit_in_bytes ${64 * megabyte}`);
});

test("memory: a hard limit in force is raised, never lowered, and in the order that swap needs", () => {
  const writes = (mem: number, limitSwap: boolean, current: number | undefined): string[] =>
    told(
      memoryWrites(boundsOf(scalars({ mem })), {
        version: 1,
        limitSwap,
        currentLimitBytes: current,
      }),
    ).slice(1);
  const bytes = 128 * megabyte;
  const both = [`memory.limit_in_bytes ${bytes}`, `memory.memsw.limit_in_bytes ${bytes}`];
  assert.deepEqual(writes(128, true, undefined), both);
  assert.deepEqual(writes(128, true, 64 * megabyte), both.toReversed());
  assert.deepEqual(writes(128, false, 256 * megabyte), []);
});

test("a container without cpus or memory gets the smallest share and no limit", () => {
  const bounds = boundsOf([]);
  assert.deepEqual(told(cpuWrites(bounds, { version: 1, enableCfs: true })), ["cpu.shares 2"]);
  const options = { version: 1, limitSwap: false, currentLimitBytes: undefined } as const;
  assert.deepEqual(memoryWrites(bounds, options), []);
});

test("only a container that may use more than it asked for is the first to go", () => {
  const machine = 1000 * megabyte;
  const limits = { mem: { value: 200 } };
  assert.equal(oomScoreAdjustmentOf(boundsOf(scalars({ mem: 100 })), machine), undefined);
  assert.equal(oomScoreAdjustmentOf(boundsOf(scalars({ mem: 100 }), limits), machine), 900);
});
