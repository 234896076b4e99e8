/**
 * The agent's metrics under Mesos's names, read from its state when somebody asks.
 *
 * Those of containers and of the fetcher are the containerizer's.
 */

import { unitsOf, zeroMilli } from "@tavola/base";
import { addSystemMetrics, type MachineLoad, type MetricReading } from "@tavola/host";
import type { Resources } from "@tavola/resources";
import type { AgentState, Executor, ExecutorPhase } from "../core/state.ts";
import type { AgentContext } from "./agent-context.ts";
import { allocatedResources } from "./state-model.ts";

/** What is collected, and for how long things are kept. */
export interface CollectionReadings {
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly maxAgeMs: number;
}

export function addAgentMetrics(
  { metrics, state, clock }: AgentContext,
  collection: CollectionReadings,
  machineLoad?: () => MachineLoad,
): void {
  addSystemMetrics(metrics, machineLoad);
  metrics.source(() => counterReadings(state, collection));
  metrics.source(() => gaugeReadings(state, clock.now(), collection));
  metrics.source(() => taskReadings([...state.executorsByContainer.values()]));
  metrics.source(() => resourceReadings(state));
}

function* counterReadings(
  { counters }: AgentState,
  { succeeded, failed }: CollectionReadings,
): Generator<MetricReading> {
  const counts: Readonly<Record<string, number>> = {
    "slave/tasks_finished": counters.tasks.TASK_FINISHED,
    "slave/tasks_failed": counters.tasks.TASK_FAILED,
    "slave/tasks_killed": counters.tasks.TASK_KILLED,
    "slave/tasks_lost": counters.tasks.TASK_LOST,
    "slave/tasks_gone": counters.tasks.TASK_GONE,
    "slave/executors_terminated": counters.executorsTerminated,
    // Nothing preempts yet: there is no oversubscription.
    "slave/executors_preempted": 0,
    "slave/container_launch_errors": counters.containerLaunchErrors,
    "slave/valid_status_updates": counters.validStatusUpdates,
    "slave/invalid_status_updates": counters.invalidStatusUpdates,
    "slave/valid_framework_messages": counters.validFrameworkMessages,
    "slave/invalid_framework_messages": counters.invalidFrameworkMessages,
    "gc/path_removals_succeeded": succeeded,
    "gc/path_removals_failed": failed,
  };
  for (const [name, value] of Object.entries(counts)) yield { kind: "counter", name, value };
}

function* gaugeReadings(
  state: AgentState,
  now: number,
  { pending, maxAgeMs }: CollectionReadings,
): Generator<MetricReading> {
  yield gauge("slave/uptime_secs", (now - state.startedAt) / 1000);
  yield gauge("slave/registered", state.phase === "running" ? 1 : 0);
  yield gauge("slave/frameworks_active", state.frameworks.size);
  yield gauge("slave/executor_directory_max_allowed_age_secs", maxAgeMs / 1000);
  yield gauge("gc/path_removals_pending", pending);
}

const gaugedPhases: readonly ExecutorPhase[] = ["registering", "running", "terminating"];

/** PERF: O(tasks), as often as metrics are asked for. */
function* taskReadings(executors: readonly Executor[]): Generator<MetricReading> {
  for (const phase of gaugedPhases) {
    const count = executors.filter((each) => each.phase === phase).length;
    yield gauge(`slave/executors_${phase}`, count);
  }
  const states = executors.flatMap(({ launchedTasks }) =>
    Array.from(launchedTasks.values(), ({ state }) => state),
  );
  const queued = executors.reduce((sum, { queuedTasks }) => sum + queuedTasks.size, 0);
  const count = (state: string): number => states.filter((each) => each === state).length;
  yield gauge("slave/tasks_staging", queued + count("TASK_STAGING"));
  yield gauge("slave/tasks_starting", count("TASK_STARTING"));
  yield gauge("slave/tasks_running", count("TASK_RUNNING"));
  yield gauge("slave/tasks_killing", count("TASK_KILLING"));
}

const gaugedResources = ["cpus", "gpus", "mem", "disk"] as const;

function* resourceReadings(state: AgentState): Generator<MetricReading> {
  const total = state.config.totalResources;
  const used = allocatedResources(state);
  for (const name of gaugedResources) {
    yield* shareReadings(`slave/${name}`, name, total.nonRevocable(), used.nonRevocable());
    yield* shareReadings(`slave/${name}_revocable`, name, total.revocable(), used.revocable());
  }
}

function* shareReadings(
  prefix: string,
  name: string,
  total: Resources,
  used: Resources,
): Generator<MetricReading> {
  const all = total.scalar(name);
  const part = used.scalar(name);
  yield gauge(`${prefix}_total`, unitsOf(all));
  yield gauge(`${prefix}_used`, unitsOf(part));
  yield gauge(`${prefix}_percent`, all === zeroMilli ? 0 : part / all);
}

function gauge(name: string, value: number): MetricReading {
  return { kind: "gauge", name, value };
}
