/**
 * How good a place an agent is: the more of it is free, the better.
 *
 * Half of the score is what is not allocated, half what is not really used, as far as that has been
 * measured; without a measure allocation counts whole.
 *
 * Differs: Singularity gives agents without a measure a constant, and takes the first agent that is
 * good enough; here all offers are compared, so that tasks spread from the first minute.
 */

import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import type { OfferedAgent } from "./offer-cache.ts";
import type { Amounts, MeasuredUsage } from "./placement-index.ts";

const bytesPerMb = 1024 * 1024;

/** 0 (full) to 1 (empty). PERF: O(pools of the agent), no allocation but for usage. */
export function scoreOf(
  state: SchedulerState,
  config: SchedulerConfig,
  agent: OfferedAgent,
): number {
  const allocated = freeShare(state, config, agent);
  const measured = state.placement.usage.get(agent.agentId);
  const inUse = measured === undefined ? undefined : unusedShare(config, measured);
  if (inUse === undefined) return allocated;
  const { allocatedResourceWeight, inUseResourceWeight } = config;
  return (
    (allocated * allocatedResourceWeight + inUse * inUseResourceWeight) /
    (allocatedResourceWeight + inUseResourceWeight)
  );
}

function freeShare(state: SchedulerState, config: SchedulerConfig, agent: OfferedAgent): number {
  let cpus = 0;
  let memoryMb = 0;
  let diskMb = 0;
  for (const pool of agent.pools.values()) {
    cpus += pool.cpusMilli / 1000;
    memoryMb += pool.memoryMbMilli / 1000;
    diskMb += pool.diskMbMilli / 1000;
  }
  const total = totalsOf(state, agent);
  const held = state.placement.heldOn(agent.agentId);
  return weigh(
    config,
    share(cpus, total?.cpus ?? cpus + (held?.cpus ?? 0)),
    share(memoryMb, total?.memoryMb ?? memoryMb + (held?.memoryMb ?? 0)),
    share(diskMb, total?.diskMb ?? diskMb + (held?.diskMb ?? 0)),
  );
}

/** All that the agent has, when the master told; else what is free and what we hold is taken for it. */
function totalsOf(state: SchedulerState, agent: OfferedAgent): Partial<Amounts> | undefined {
  if (agent.totalsVersion !== state.placement.machinesVersion) {
    agent.totalsVersion = state.placement.machinesVersion;
    const resources = state.records.agent.get(agent.agentId)?.resources;
    agent.totals = resources === undefined ? undefined : amountsIn(resources);
  }
  return agent.totals;
}

function amountsIn(resources: Readonly<Record<string, unknown>>): Partial<Amounts> {
  const amount = (...names: readonly string[]): number | undefined => {
    for (const name of names) {
      const value = resources[name];
      if (typeof value === "number") return value;
    }
    return undefined;
  };
  const cpus = amount("cpus");
  const memoryMb = amount("memoryMb", "mem");
  const diskMb = amount("diskMb", "disk");
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(diskMb === undefined ? {} : { diskMb }),
  };
}

/** Undefined when the agent did not say enough. */
function unusedShare(config: SchedulerConfig, { usage, added }: MeasuredUsage): number | undefined {
  const { systemCpusTotal = 0, systemLoad5Min = 0 } = usage;
  const { systemMemTotalBytes = 0, systemMemFreeBytes = 0 } = usage;
  if (systemCpusTotal <= 0 || systemMemTotalBytes <= 0) return undefined;
  const memoryLeft = systemMemFreeBytes - added.memoryMb * bytesPerMb;
  // An agent tells of its disk in MB.
  const { diskTotal = 0, diskUsed = 0 } = usage;
  return weigh(
    config,
    share(systemCpusTotal - systemLoad5Min - added.cpus, systemCpusTotal),
    share(memoryLeft, systemMemTotalBytes),
    share(diskTotal - diskUsed - added.diskMb, diskTotal),
  );
}

/** Whether the machine's measured load leaves no room for so many cpus more. */
export function isOverloaded(
  config: SchedulerConfig,
  measured: MeasuredUsage | undefined,
  cpus: number,
): boolean {
  if (!config.offers.omitOverloadedHosts || measured === undefined) return false;
  const { systemCpusTotal, systemLoad1Min, systemLoad5Min } = measured.usage;
  if (systemCpusTotal === undefined || systemCpusTotal <= 0) return false;
  const more = measured.added.cpus + cpus;
  return (
    ((systemLoad5Min ?? 0) + more) / systemCpusTotal > config.offers.load5OverloadedThreshold ||
    ((systemLoad1Min ?? 0) + more) / systemCpusTotal > config.offers.load1OverloadedThreshold
  );
}

function weigh(config: SchedulerConfig, cpus: number, memory: number, disk: number): number {
  const { cpuWeight, memWeight, diskWeight } = config;
  const sum = cpuWeight + memWeight + diskWeight;
  return (cpuWeight * cpus + memWeight * memory + diskWeight * disk) / sum;
}

/** An agent that has nothing of something has all of it free. */
function share(free: number, total: number): number {
  if (total <= 0) return 1;
  return Math.max(0, Math.min(1, free / total));
}
