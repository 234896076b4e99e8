/**
 * How well the cluster as a whole is used: what requests reserve and leave idle, or use beyond it, and
 * what agents have altogether.
 */

import type { AgentUsage, ClusterUtilization, RequestUtilization } from "../model/usage.ts";

/** One kind of difference between what is reserved and what is used, over requests. */
class Difference {
  count = 0;
  total = 0;
  max = 0;
  maxRequestId: string | undefined;
  min = Number.POSITIVE_INFINITY;

  add(amount: number, requestId: string | undefined): void {
    if (amount <= 0) return;
    this.count++;
    this.total += amount;
    this.min = Math.min(this.min, amount);
    if (amount <= this.max) return;
    this.max = amount;
    this.maxRequestId = requestId;
  }

  get average(): number {
    return this.count === 0 ? 0 : this.total / this.count;
  }

  get least(): number {
    return this.count === 0 ? 0 : this.min;
  }
}

/** PERF: O(requests and agents). */
export function clusterUtilizationOf(
  requests: Iterable<RequestUtilization>,
  agents: Iterable<AgentUsage>,
  now: number,
): ClusterUtilization {
  const idleCpu = new Difference();
  const overCpu = new Difference();
  const idleMemory = new Difference();
  const idleDisk = new Difference();
  for (const request of requests) {
    const samples = Math.max(request.numTasks ?? 0, 1);
    const unused = (reserved = 0, used = 0): number => (reserved - used) / samples;
    const cpu = unused(request.cpuReserved, request.cpuUsed);
    idleCpu.add(cpu, request.requestId);
    overCpu.add(-cpu, request.requestId);
    idleMemory.add(
      Math.floor(unused(request.memBytesReserved, request.memBytesUsed)),
      request.requestId,
    );
    idleDisk.add(
      Math.floor(unused(request.diskBytesReserved, request.diskBytesUsed)),
      request.requestId,
    );
  }
  return {
    numRequestsWithUnderUtilizedCpu: idleCpu.count,
    numRequestsWithOverUtilizedCpu: overCpu.count,
    numRequestsWithUnderUtilizedMemBytes: idleMemory.count,
    numRequestsWithUnderUtilizedDiskBytes: idleDisk.count,
    totalUnderUtilizedCpu: idleCpu.total,
    totalOverUtilizedCpu: overCpu.total,
    totalUnderUtilizedMemBytes: idleMemory.total,
    totalUnderUtilizedDiskBytes: idleDisk.total,
    avgUnderUtilizedCpu: idleCpu.average,
    avgOverUtilizedCpu: overCpu.average,
    avgUnderUtilizedMemBytes: Math.floor(idleMemory.average),
    avgUnderUtilizedDiskBytes: Math.floor(idleDisk.average),
    maxUnderUtilizedCpu: idleCpu.max,
    maxOverUtilizedCpu: overCpu.max,
    maxUnderUtilizedMemBytes: idleMemory.max,
    maxUnderUtilizedDiskBytes: idleDisk.max,
    ...named("maxUnderUtilizedCpuRequestId", idleCpu),
    ...named("maxOverUtilizedCpuRequestId", overCpu),
    ...named("maxUnderUtilizedMemBytesRequestId", idleMemory),
    ...named("maxUnderUtilizedDiskBytesRequestId", idleDisk),
    minUnderUtilizedCpu: idleCpu.least,
    minOverUtilizedCpu: overCpu.least,
    minUnderUtilizedMemBytes: idleMemory.least,
    minUnderUtilizedDiskBytes: idleDisk.least,
    ...totalsOf(agents),
    timestamp: Math.floor(now),
  };
}

function named(field: string, { maxRequestId }: Difference): Partial<ClusterUtilization> {
  return maxRequestId === undefined ? {} : { [field]: maxRequestId };
}

/** Of agents that said what they have. */
function totalsOf(agents: Iterable<AgentUsage>): Partial<ClusterUtilization> {
  const totals = {
    totalMemBytesUsed: 0,
    totalMemBytesAvailable: 0,
    totalDiskBytesUsed: 0,
    totalDiskBytesAvailable: 0,
    totalCpuUsed: 0,
    totalCpuAvailable: 0,
  };
  for (const agent of agents) {
    if (agent.memoryBytesTotal === undefined || agent.cpusTotal === undefined) continue;
    totals.totalMemBytesUsed += agent.memoryBytesUsed ?? 0;
    totals.totalMemBytesAvailable += agent.memoryBytesTotal;
    totals.totalDiskBytesUsed += agent.diskBytesUsed ?? 0;
    totals.totalDiskBytesAvailable += agent.diskBytesTotal ?? 0;
    totals.totalCpuUsed += agent.cpusUsed ?? 0;
    totals.totalCpuAvailable += agent.cpusTotal;
  }
  return totals;
}
