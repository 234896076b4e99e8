import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Cgroup } from "@tavola/host";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import {
  countProcesses,
  measureCpuTime,
  measureMemory,
  measureThrottling,
} from "./cgroup-statistics.ts";
import { readMemoryLimitation } from "./memory-limitation.ts";

/** A cgroup of plain files. */
function cgroupOf(
  t: TestContext,
  version: 1 | 2,
  controls: Readonly<Record<string, string>>,
): Cgroup {
  const hierarchy = temporaryDirectory(t);
  for (const [name, text] of Object.entries(controls)) {
    const path = join(hierarchy, "c", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return { hierarchy, name: "c", version };
}

test("on a tree of plain files: version 2's statistics come out under Mesos's names", async (t) => {
  const cgroup = cgroupOf(t, 2, {
    "cpu.stat":
      "usage_usec 3500000\nuser_usec 2500000\nsystem_usec 1000000\nnr_periods 7\nnr_throttled 3\nthrottled_usec 250000\n",
    "cgroup.procs": "12\n13\n",
    "cgroup.threads": "12\n13\n14\n",
    "memory.current": "9000\n",
    "memory.swap.current": "100\n",
    "memory.stat":
      "anon 4000\nfile 3000\nkernel 2000\nsock 10\nfile_mapped 500\nunevictable 20\npgfault 9\n",
  });
  assert.deepEqual(await measureCpuTime(cgroup), {
    cpus_user_time_secs: 2.5,
    cpus_system_time_secs: 1,
  });
  assert.deepEqual(await measureThrottling(cgroup), {
    cpus_nr_periods: 7,
    cpus_nr_throttled: 3,
    cpus_throttled_time_secs: 0.25,
  });
  assert.deepEqual(await countProcesses(cgroup), { processes: 2, threads: 3 });
  assert.deepEqual(await measureMemory(cgroup), {
    mem_total_bytes: 9000,
    mem_kmem_usage_bytes: 2000,
    mem_kmem_tcp_usage_bytes: 10,
    mem_file_bytes: 3000,
    mem_cache_bytes: 3000,
    mem_anon_bytes: 4000,
    mem_rss_bytes: 4000,
    mem_mapped_file_bytes: 500,
    mem_swap_bytes: 100,
    mem_unevictable_bytes: 20,
  });
});

test("on a tree of plain files: version 1's statistics come out under Mesos's names", async (t) => {
  const cgroup = cgroupOf(t, 1, {
    "cpuacct.stat": "user 250\nsystem 100\n",
    "cpu.stat": "nr_periods 7\nnr_throttled 3\nthrottled_time 250000000\n",
    "memory.usage_in_bytes": "9000\n",
    "memory.stat":
      "cache 1\nrss 1\ntotal_cache 3000\ntotal_rss 4000\ntotal_mapped_file 500\ntotal_swap 0\ntotal_unevictable 20\n",
  });
  assert.deepEqual(await measureCpuTime(cgroup), {
    cpus_user_time_secs: 2.5,
    cpus_system_time_secs: 1,
  });
  assert.equal((await measureThrottling(cgroup)).cpus_throttled_time_secs, 0.25);
  assert.deepEqual(await measureMemory(cgroup), {
    mem_total_bytes: 9000,
    mem_file_bytes: 3000,
    mem_cache_bytes: 3000,
    mem_anon_bytes: 4000,
    mem_rss_bytes: 4000,
    mem_mapped_file_bytes: 500,
    mem_swap_bytes: 0,
    mem_unevictable_bytes: 20,
  });
});

test("what a kernel does not have is absent, not zero", async (t) => {
  const cgroup = cgroupOf(t, 2, { "memory.stat": "anon 1\n" });
  assert.deepEqual(await measureMemory(cgroup), { mem_anon_bytes: 1, mem_rss_bytes: 1 });
  assert.deepEqual(await measureCpuTime(cgroup), {});
});

test("on a tree of plain files: a limit that was hit is told with limit and usage in both versions", async (t) => {
  const limit = String(64 * 1024 * 1024);
  const v2 = await readMemoryLimitation(
    cgroupOf(t, 2, {
      "memory.max": `${limit}\n`,
      "memory.peak": "67104768\n",
      "memory.stat": "anon 1\n",
    }),
  );
  assert.equal(
    v2.message,
    "Memory limit exceeded: Requested: 64MB Maximum Used: 65532KB\n\nMEMORY STATISTICS: \nanon 1\n\n",
  );
  assert.equal(v2.resources?.[0]?.scalar?.value, 67104768 / 1024 / 1024);
  const old = await readMemoryLimitation(
    cgroupOf(t, 2, { "memory.max": `${limit}\n`, "memory.current": "4096\n" }),
  );
  assert.match(old.message, /Requested: 64MB Maximum Used: 4KB/);
  const v1 = await readMemoryLimitation(
    cgroupOf(t, 1, {
      "memory.limit_in_bytes": limit,
      "memory.max_usage_in_bytes": limit,
      "memory.stat": "rss 1\n",
    }),
  );
  assert.match(v1.message, /^Memory limit exceeded: Requested: 64MB Maximum Used: 64MB\n\nMEMORY/);
});
