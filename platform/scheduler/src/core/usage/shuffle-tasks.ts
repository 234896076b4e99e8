/**
 * Moving a few tasks away from machines that are busier than is good for them.
 *
 * Off unless an operator turns it on. A task that is moved is replaced elsewhere before it is stopped,
 * like in a bounce; a few at a time, on one machine and altogether, and of a request only one.
 */

import { randomUuid } from "@tavola/base";
import type { TaskCleanupType } from "../model/enums.ts";
import type { AgentUsage } from "../model/usage.ts";
import { isActionDisabled } from "../operations/disabled-actions.ts";
import type { TaskRecord } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import type { Turn } from "../turn.ts";
import { cpusUsedBetween } from "./agent-sample.ts";
import type { UsageBook } from "./usage-book.ts";

type Resource = "cpu" | "memory";

/** What a machine has too much of to do, and by how much. */
interface Overload {
  readonly agentId: string;
  readonly resource: Resource;
  /** Cpus, or bytes, above what is good; goes down with every task that is moved. */
  excess: number;
  /** The same as a share of what is good. */
  readonly share: number;
}

interface Candidate {
  readonly task: TaskRecord;
  readonly cpus: number;
  readonly memoryBytes: number;
}

const bytesPerMb = 1024 * 1024;
const shuffleTypes: Readonly<Record<Resource, TaskCleanupType>> = {
  cpu: "REBALANCE_CPU_USAGE",
  memory: "REBALANCE_MEMORY_USAGE",
};

/** Returns the ids of tasks that are moved from now on. PERF: O(agents and active tasks). */
export function shuffleTasks(turn: Turn, book: UsageBook): string[] {
  const { enabled, maxTasksToShuffleTotal, maxTasksToShufflePerHost } = turn.config.shuffle;
  if (!enabled || isActionDisabled(turn.state, "TASK_SHUFFLE") !== undefined) return [];
  const moving = [...turn.state.records.task.values()].filter(isMoving);
  const requests = new Set(moving.map(({ taskId }) => taskId.requestId));
  const moved: string[] = [];
  for (const overload of overloadsOf(turn, book.agents())) {
    const here = moving.filter(({ agentId }) => agentId === overload.agentId).length;
    const left = maxTasksToShuffleTotal - moving.length - moved.length;
    let room = Math.min(maxTasksToShufflePerHost - here, left);
    const candidates = candidatesOf(turn, book, overload);
    for (const [index, candidate] of candidates.entries()) {
      if (room <= 0 || overload.excess <= 0) break;
      const { task } = candidate;
      if (requests.has(task.taskId.requestId)) continue;
      const relief = overload.resource === "cpu" ? candidate.cpus : candidate.memoryBytes;
      // The last one to be moved had better suffice, as long as others may.
      if (room === 1 && relief < overload.excess && index < candidates.length - 1) continue;
      move(turn, overload, candidate);
      overload.excess -= relief;
      room--;
      requests.add(task.taskId.requestId);
      moved.push(task.taskId.id);
    }
  }
  return moved;
}

function isMoving({ cleanup }: TaskRecord): boolean {
  return (
    cleanup?.cleanupType === "REBALANCE_CPU_USAGE" ||
    cleanup?.cleanupType === "REBALANCE_MEMORY_USAGE"
  );
}

/** Memory first, because what has none left is killed; then the worst. */
function overloadsOf(turn: Turn, agents: readonly AgentUsage[]): Overload[] {
  const overloads = agents.flatMap((usage) => overloadOf(turn, usage) ?? []);
  return overloads.sort((a, b) => {
    if (a.resource !== b.resource) return a.resource === "memory" ? -1 : 1;
    return b.share - a.share;
  });
}

function overloadOf(turn: Turn, usage: AgentUsage): Overload | undefined {
  const { agentId = "", systemCpusTotal = 0, systemLoad5Min = 0 } = usage;
  const { systemMemTotalBytes = 0, systemMemFreeBytes = 0 } = usage;
  const goodBytes = systemMemTotalBytes * turn.config.shuffle.memoryUtilizationMax;
  const cpu = systemCpusTotal > 0 ? systemLoad5Min - systemCpusTotal : 0;
  const memory = goodBytes > 0 ? systemMemTotalBytes - systemMemFreeBytes - goodBytes : 0;
  const ofCpu = cpu > 0 ? cpu / systemCpusTotal : 0;
  const ofMemory = memory > 0 ? memory / goodBytes : 0;
  if (ofCpu === 0 && ofMemory === 0) return undefined;
  return ofCpu > ofMemory
    ? { agentId, resource: "cpu", excess: cpu, share: ofCpu }
    : { agentId, resource: "memory", excess: memory, share: ofMemory };
}

/** Those whose move helps most for the least harm first. */
function candidatesOf(turn: Turn, book: UsageBook, { agentId, resource }: Overload): Candidate[] {
  const found: Candidate[] = [];
  for (const task of turn.state.tasksOn.get(agentId)?.values() ?? []) {
    if (!isEligible(turn, task)) continue;
    const usages = book.task(task.taskId.id);
    const [older, newer] = [usages.at(-2), usages.at(-1)];
    if (older === undefined || newer === undefined) continue;
    const cpus = cpusUsedBetween(older, newer) ?? 0;
    if (cpus > 0) found.push({ task, cpus, memoryBytes: newer.memoryTotalBytes ?? 0 });
  }
  return resource === "cpu"
    ? found.sort((a, b) => cpuShare(b) - cpuShare(a))
    : found.sort((a, b) => overallShare(a) - overallShare(b));
}

/** Services and workers that have run for a while, and whose request does not object. */
function isEligible(turn: Turn, task: TaskRecord): boolean {
  const { requestId } = task.taskId;
  const request = turn.get("request", requestId)?.request;
  const { eligibleAfterMs } = turn.config.shuffle;
  return (
    task.cleanup === undefined &&
    task.kill === undefined &&
    request !== undefined &&
    isLongRunning(request) &&
    turn.get("shuffleBlocked", requestId) === undefined &&
    task.runningAt !== undefined &&
    turn.now - task.runningAt >= eligibleAfterMs
  );
}

function cpuShare({ task, cpus }: Candidate): number {
  return cpus / Math.max(task.resources.cpus, 0.001);
}

function overallShare(candidate: Candidate): number {
  const { task, memoryBytes } = candidate;
  const memory = memoryBytes / (Math.max(task.resources.memoryMb, 1) * bytesPerMb);
  return (memory + cpuShare(candidate)) / 2;
}

function move(turn: Turn, { resource, excess }: Overload, candidate: Candidate): void {
  const { task, cpus, memoryBytes } = candidate;
  const message =
    resource === "cpu"
      ? `The machine's load is ${excess.toFixed(2)} above its cpus; a task that uses ${cpus.toFixed(2)} cpus is moved to a less busy one`
      : `The machine's memory is used ${toMb(excess)} MiB beyond what is good; a task that uses ${toMb(memoryBytes)} MiB is moved to a less busy one`;
  cleanUpTask(turn, task, {
    cleanupType: shuffleTypes[resource],
    message,
    actionId: randomUuid(turn.random),
  });
}

function toMb(bytes: number): number {
  return Math.round(bytes / bytesPerMb);
}
