/**
 * What has been measured of agents and their tasks: the last samples of each, and what follows.
 *
 * Kept in memory only; after a change of leader it fills again within a few samples. Owns no decision:
 * placement is told how much of an agent is really used, and the API reads the rest.
 */

import type { Instant } from "@tavola/base";
import type {
  AgentUsage,
  ClusterUtilization,
  RequestUtilization,
  TaskUsage,
} from "../model/usage.ts";
import type { TaskRecord } from "../records.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { type AgentSample, cpusUsedBetween, taskUsageOf } from "./agent-sample.ts";
import { agentUsageOf, emptySums, type TaskSums } from "./agent-usage.ts";
import { clusterUtilizationOf } from "./cluster-usage.ts";
import { addToRanges, RequestRanges, requestUtilizationOf } from "./request-usage.ts";

interface RequestEntry {
  readonly ranges: RequestRanges;
  utilization: RequestUtilization | undefined;
  /** Something of it has been measured since. */
  isStale: boolean;
}

export class UsageBook {
  readonly #state: SchedulerState;
  readonly #config: SchedulerConfig;
  readonly #agents = new Map<string, AgentUsage>();
  readonly #tasks = new Map<string, TaskUsage[]>();
  readonly #requests = new Map<string, RequestEntry>();
  #measuredAt: number | undefined;

  constructor(state: SchedulerState, config: SchedulerConfig) {
    this.#state = state;
    this.#config = config;
  }

  /** An agent answered. PERF: O(its tasks). */
  measured(sample: AgentSample): void {
    const sums = emptySums();
    for (const [taskId, statistics] of sample.tasks) {
      const task = this.#state.records.task.get(taskId);
      if (task !== undefined) this.#taskMeasured(task, taskUsageOf(statistics, sample.at), sums);
    }
    const agent = this.#state.records.agent.get(sample.agentId);
    const usage = agentUsageOf(sample, sums, agent?.resources);
    this.#agents.set(sample.agentId, usage);
    this.#state.placement.usageMeasured(sample.agentId, usage);
    this.#measuredAt = sample.at;
  }

  /**
   * Forgets what is gone; what an agent said too long ago counts for placement no more.
   * PERF: O(tasks); once a round of samples.
   */
  roundEnded(now: Instant): void {
    const { agent, request, task } = this.#state.records;
    const { checkUsageEveryMs, maxAgentUsageMetricAgeMs } = this.#config;
    const oldest = now - checkUsageEveryMs - maxAgentUsageMetricAgeMs;
    for (const [id, { timestamp = now }] of this.#agents) {
      if (!agent.has(id)) this.#agents.delete(id);
      if (!agent.has(id) || timestamp < oldest) this.#state.placement.usage.delete(id);
    }
    for (const id of this.#tasks.keys()) if (!task.has(id)) this.#tasks.delete(id);
    for (const id of this.#requests.keys()) if (!request.has(id)) this.#requests.delete(id);
  }

  agents(): readonly AgentUsage[] {
    return [...this.#agents.values()];
  }

  /** Oldest first; none of a task that has ended. */
  task(taskId: string): readonly TaskUsage[] {
    return this.#tasks.get(taskId) ?? [];
  }

  /** PERF: only what was measured since is worked out anew. */
  requests(): readonly RequestUtilization[] {
    return [...this.#requests.keys()].flatMap((requestId) => this.request(requestId) ?? []);
  }

  request(requestId: string): RequestUtilization | undefined {
    const entry = this.#requests.get(requestId);
    if (entry === undefined) return undefined;
    if (entry.isStale) {
      entry.isStale = false;
      const tasks = [...(this.#state.tasksOf.get(requestId)?.values() ?? [])];
      const measured = tasks.map((task) => ({ task, usages: this.task(task.taskId.id) }));
      entry.utilization = requestUtilizationOf(requestId, measured, entry.ranges);
    }
    return entry.utilization;
  }

  /** Undefined before anything was measured. */
  cluster(): ClusterUtilization | undefined {
    if (this.#measuredAt === undefined) return undefined;
    return clusterUtilizationOf(this.requests(), this.#agents.values(), this.#measuredAt);
  }

  #taskMeasured(task: TaskRecord, usage: TaskUsage, sums: TaskSums): void {
    const { id, requestId, startedAt } = task.taskId;
    const usages = this.#tasks.get(id) ?? [];
    const last = usages.at(-1) ?? { timestamp: startedAt, cpuSeconds: 0 };
    sums.numTasks++;
    sums.cpusUsed += cpusUsedBetween(last, usage) ?? 0;
    sums.memoryBytesUsed += usage.memoryTotalBytes ?? 0;
    sums.diskBytesUsed += usage.diskTotalBytes ?? 0;
    sums.cpusReserved += task.resources.cpus;
    sums.memoryMbReserved += task.resources.memoryMb;
    sums.diskMbReserved += task.resources.diskMb;
    usages.push(usage);
    if (usages.length > this.#config.numUsageToKeep) usages.shift();
    this.#tasks.set(id, usages);
    const entry = this.#requests.get(requestId) ?? {
      ranges: new RequestRanges(),
      utilization: undefined,
      isStale: true,
    };
    entry.isStale = true;
    addToRanges(entry.ranges, { task, usages });
    this.#requests.set(requestId, entry);
  }
}
