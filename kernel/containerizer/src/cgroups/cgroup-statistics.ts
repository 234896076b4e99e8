/**
 * A container's statistics from its cgroups, under Mesos's names.
 *
 * Source: the usage() of Mesos's cpu, cpuacct and memory subsystems (version 1) and cpu and memory
 * controllers (version 2). Differs: processes and threads are always counted, without a flag.
 */

import { type Cgroup, readCgroup, ticksPerSecond } from "@tavola/host";
import type { ResourceStatistics } from "@tavola/protocol";

export type Measurement = Partial<ResourceStatistics>;

/** Lines of "name number". */
function parseCounters(text: string | undefined): ReadonlyMap<string, number> {
  const counters = new Map<string, number>();
  for (const line of text?.split("\n") ?? []) {
    const [name, value] = line.split(" ");
    if (name !== undefined && value !== undefined) counters.set(name, Number(value));
  }
  return counters;
}

/** Only those that are there; an undefined field would be an absent one anyway. */
function present(
  measurement: { [K in keyof Measurement]: Measurement[K] | undefined },
): Measurement {
  const entries = Object.entries(measurement).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

/** `accounting` is the cpuacct cgroup of version 1, or the cgroup of version 2. */
export async function measureCpuTime(accounting: Cgroup): Promise<Measurement> {
  if (accounting.version === 2) {
    const counters = parseCounters(await readCgroup(accounting, "cpu.stat"));
    return present({
      cpus_user_time_secs: seconds(counters.get("user_usec"), 1e6),
      cpus_system_time_secs: seconds(counters.get("system_usec"), 1e6),
    });
  }
  const counters = parseCounters(await readCgroup(accounting, "cpuacct.stat"));
  return present({
    cpus_user_time_secs: seconds(counters.get("user"), ticksPerSecond),
    cpus_system_time_secs: seconds(counters.get("system"), ticksPerSecond),
  });
}

/** How often it was held back by its quota; `cpu` is the cgroup with the cpu controller. */
export async function measureThrottling(cpu: Cgroup): Promise<Measurement> {
  const counters = parseCounters(await readCgroup(cpu, "cpu.stat"));
  const throttled =
    cpu.version === 1
      ? seconds(counters.get("throttled_time"), 1e9)
      : seconds(counters.get("throttled_usec"), 1e6);
  return present({
    cpus_nr_periods: counters.get("nr_periods"),
    cpus_nr_throttled: counters.get("nr_throttled"),
    cpus_throttled_time_secs: throttled,
  });
}

export async function countProcesses(cgroup: Cgroup): Promise<Measurement> {
  const count = (text: string | undefined): number | undefined =>
    text?.split("\n").filter((line) => line !== "").length;
  const threads = cgroup.version === 1 ? "tasks" : "cgroup.threads";
  return present({
    processes: count(await readCgroup(cgroup, "cgroup.procs")),
    threads: count(await readCgroup(cgroup, threads)),
  });
}

export async function measureMemory(cgroup: Cgroup): Promise<Measurement> {
  const stat = parseCounters(await readCgroup(cgroup, "memory.stat"));
  return cgroup.version === 1 ? measureMemoryV1(cgroup, stat) : measureMemoryV2(cgroup, stat);
}

type Counters = ReadonlyMap<string, number>;

async function measureMemoryV1(cgroup: Cgroup, stat: Counters): Promise<Measurement> {
  const cache = stat.get("total_cache");
  const rss = stat.get("total_rss");
  return present({
    mem_total_bytes: await readNumber(cgroup, "memory.usage_in_bytes"),
    mem_kmem_usage_bytes: await readNumber(cgroup, "memory.kmem.usage_in_bytes"),
    mem_kmem_tcp_usage_bytes: await readNumber(cgroup, "memory.kmem.tcp.usage_in_bytes"),
    mem_file_bytes: cache,
    mem_cache_bytes: cache,
    mem_anon_bytes: rss,
    mem_rss_bytes: rss,
    mem_mapped_file_bytes: stat.get("total_mapped_file"),
    mem_swap_bytes: stat.get("total_swap"),
    mem_unevictable_bytes: stat.get("total_unevictable"),
  });
}

async function measureMemoryV2(cgroup: Cgroup, stat: Counters): Promise<Measurement> {
  return present({
    mem_total_bytes: await readNumber(cgroup, "memory.current"),
    mem_kmem_usage_bytes: stat.get("kernel"),
    mem_kmem_tcp_usage_bytes: stat.get("sock"),
    mem_file_bytes: stat.get("file"),
    mem_cache_bytes: stat.get("file"),
    mem_anon_bytes: stat.get("anon"),
    mem_rss_bytes: stat.get("anon"),
    mem_mapped_file_bytes: stat.get("file_mapped"),
    mem_swap_bytes: await readNumber(cgroup, "memory.swap.current"),
    mem_unevictable_bytes: stat.get("unevictable"),
  });
}

async function readNumber(cgroup: Cgroup, control: string): Promise<number | undefined> {
  const text = await readCgroup(cgroup, control);
  return text === undefined ? undefined : Number(text.trim());
}

function seconds(value: number | undefined, perSecond: number): number | undefined {
  return value === undefined ? undefined : value / perSecond;
}
