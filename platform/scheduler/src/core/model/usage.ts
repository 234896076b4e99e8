/**
 * How much of what was asked for is used.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

export interface TaskUsage {
  readonly memoryTotalBytes?: number;
  readonly timestamp?: number;
  readonly cpuSeconds?: number;
  readonly diskTotalBytes?: number;
  readonly cpusNrPeriods?: number;
  readonly cpusNrThrottled?: number;
  readonly cpusThrottledTimeSecs?: number;
}

export interface AgentUsage {
  readonly cpusUsed?: number;
  readonly cpusReserved?: number;
  readonly cpusTotal?: number;
  readonly memoryBytesUsed?: number;
  readonly memoryMbReserved?: number;
  readonly memoryMbTotal?: number;
  readonly diskBytesUsed?: number;
  readonly diskMbReserved?: number;
  readonly diskMbTotal?: number;
  readonly numTasks?: number;
  readonly timestamp?: number;
  readonly systemMemTotalBytes?: number;
  readonly systemMemFreeBytes?: number;
  readonly systemCpusTotal?: number;
  readonly systemLoad1Min?: number;
  readonly systemLoad5Min?: number;
  readonly systemLoad15Min?: number;
  readonly diskUsed?: number;
  readonly diskTotal?: number;
  readonly agentId?: string;
  readonly memoryBytesTotal?: number;
  readonly diskBytesTotal?: number;
}

export interface ClusterUtilization {
  readonly numRequestsWithUnderUtilizedCpu?: number;
  readonly numRequestsWithOverUtilizedCpu?: number;
  readonly numRequestsWithUnderUtilizedMemBytes?: number;
  readonly numRequestsWithUnderUtilizedDiskBytes?: number;
  readonly totalUnderUtilizedCpu?: number;
  readonly totalOverUtilizedCpu?: number;
  readonly totalUnderUtilizedMemBytes?: number;
  readonly totalUnderUtilizedDiskBytes?: number;
  readonly avgUnderUtilizedCpu?: number;
  readonly avgOverUtilizedCpu?: number;
  readonly avgUnderUtilizedMemBytes?: number;
  readonly avgUnderUtilizedDiskBytes?: number;
  readonly maxUnderUtilizedCpu?: number;
  readonly maxOverUtilizedCpu?: number;
  readonly maxUnderUtilizedMemBytes?: number;
  readonly maxUnderUtilizedDiskBytes?: number;
  readonly maxUnderUtilizedCpuRequestId?: string;
  readonly maxOverUtilizedCpuRequestId?: string;
  readonly maxUnderUtilizedMemBytesRequestId?: string;
  readonly maxUnderUtilizedDiskBytesRequestId?: string;
  readonly minUnderUtilizedCpu?: number;
  readonly minOverUtilizedCpu?: number;
  readonly minUnderUtilizedMemBytes?: number;
  readonly minUnderUtilizedDiskBytes?: number;
  readonly totalMemBytesUsed?: number;
  readonly totalMemBytesAvailable?: number;
  readonly totalDiskBytesUsed?: number;
  readonly totalDiskBytesAvailable?: number;
  readonly totalCpuUsed?: number;
  readonly totalCpuAvailable?: number;
  readonly timestamp?: number;
}

export interface RequestUtilization {
  readonly requestId?: string;
  readonly deployId?: string;
  readonly memBytesUsed?: number;
  readonly memBytesReserved?: number;
  readonly cpuUsed?: number;
  readonly cpuReserved?: number;
  readonly diskBytesUsed?: number;
  readonly diskBytesReserved?: number;
  readonly numTasks?: number;
  readonly maxMemBytesUsed?: number;
  readonly maxMemTimestamp?: number;
  readonly minMemBytesUsed?: number;
  readonly minMemTimestamp?: number;
  readonly maxCpuUsed?: number;
  readonly maxCpusTimestamp?: number;
  readonly minCpuUsed?: number;
  readonly minCpusTimestamp?: number;
  readonly maxDiskBytesUsed?: number;
  readonly maxDiskTimestamp?: number;
  readonly minDiskBytesUsed?: number;
  readonly minDiskTimestamp?: number;
  readonly cpuBurstRating?: number;
  readonly percentCpuTimeThrottled?: number;
  readonly maxPercentCpuTimeThrottled?: number;
  readonly maxCpuThrottledTimestamp?: number;
  readonly minPercentCpuTimeThrottled?: number;
  readonly minCpuThrottledTimestamp?: number;
}
