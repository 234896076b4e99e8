/**
 * The master's metrics, read from its state when somebody asks.
 *
 * Owns Mesos's names for what the state counts and sums; see `metric-names.ts` for those that are
 * there before anything happened, and for what is left out.
 */

import { milli, plus, unitsOf, zeroMilli } from "@tavola/base";
import { addSystemMetrics, type MetricReading } from "@tavola/host";
import type { TaskState } from "@tavola/protocol";
import type { Resources } from "@tavola/resources";
import { isConnected } from "../core/framework-info.ts";
import type { Agent, MasterState } from "../core/state.ts";
import { allocatorReadings } from "./allocator-metrics.ts";
import { FragmentCache } from "./fragment-cache.ts";
import { frameworkReadings } from "./framework-metrics.ts";
import { counterNames, operationGaugeNames, queueGaugeNames } from "./metric-names.ts";
import type { OperatorContext } from "./operator-context.ts";

const knownCounters: ReadonlySet<string> = new Set([...counterNames, ...operationGaugeNames]);

/** Adds all of them to `context.metrics`. `subscribers` is the number of open operator event streams. */
export function addMasterMetrics(context: OperatorContext, subscribers: () => number): void {
  const { metrics, state, allocator, clock } = context;
  addSystemMetrics(metrics, context.machineLoad);
  metrics.source(() => counterReadings(state));
  metrics.source(() => gaugeReadings(state, clock.now()));
  metrics.source(() => resourceReadings(state));
  metrics.source(() => allocatorReadings(allocator, state));
  metrics.gauge("master/operator_event_stream_subscribers", subscribers);
  if (context.flagsShown["publish_per_framework_metrics"] !== "false") {
    metrics.source(() => frameworkReadings(state));
  }
}

function* counterReadings({ counters }: MasterState): Generator<MetricReading> {
  for (const name of counterNames) yield { kind: "counter", name, value: counters.get(name) };
  for (const name of operationGaugeNames) {
    yield { kind: "gauge", name, value: counters.get(name) };
  }
  for (const [name, value] of counters.entries()) {
    if (!knownCounters.has(name)) yield { kind: "counter", name, value };
  }
}

const gaugedStates = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_UNREACHABLE",
] as const satisfies readonly TaskState[];

function* gaugeReadings(state: MasterState, now: number): Generator<MetricReading> {
  const gauge = (name: string, value: number): MetricReading => ({ kind: "gauge", name, value });
  yield gauge("master/uptime_secs", (now - state.startedAt) / 1000);
  yield gauge("master/elected", /^(recovering|leading)$/.test(state.leadership.kind) ? 1 : 0);
  const agents = [...state.agents.values()];
  const connectedAgents = agents.filter(({ connected }) => connected).length;
  const activeAgents = agents.filter(({ active }) => active).length;
  yield gauge("master/slaves_connected", connectedAgents);
  yield gauge("master/slaves_disconnected", agents.length - connectedAgents);
  yield gauge("master/slaves_active", activeAgents);
  yield gauge("master/slaves_inactive", agents.length - activeAgents);
  yield gauge("master/slaves_unreachable", state.unreachableAgents.size);
  const frameworks = [...state.frameworks.values()];
  const connected = frameworks.filter(isConnected).length;
  const active = frameworks.filter((framework) => framework.state === "active").length;
  yield gauge("master/frameworks_connected", connected);
  yield gauge("master/frameworks_disconnected", frameworks.length - connected);
  yield gauge("master/frameworks_active", active);
  yield gauge("master/frameworks_inactive", frameworks.length - active);
  yield gauge("master/outstanding_offers", state.offers.size);
  for (const taskState of gaugedStates) {
    const name = `master/${taskState.toLowerCase().replace("task_", "tasks_")}`;
    yield gauge(name, state.tasksByState[taskState]);
  }
  for (const name of queueGaugeNames) yield gauge(name, 0);
}

const gaugedResources = ["cpus", "gpus", "mem", "disk"] as const;
type Amounts = Readonly<Record<(typeof gaugedResources)[number], number>>;

interface AgentAmounts {
  readonly total: Amounts;
  readonly used: Amounts;
  readonly revocableTotal: Amounts;
  readonly revocableUsed: Amounts;
}

/** PERF: O(agents); each agent's amounts are kept until its resources change. */
function* resourceReadings({ agents }: MasterState): Generator<MetricReading> {
  const all = Array.from(agents.values(), (agent) => amountsOf.of(agent));
  for (const name of gaugedResources) {
    yield* shareReadings(
      `master/${name}`,
      sum(all, ({ total }) => total[name]),
      sum(all, ({ used }) => used[name]),
    );
    yield* shareReadings(
      `master/${name}_revocable`,
      sum(all, ({ revocableTotal }) => revocableTotal[name]),
      sum(all, ({ revocableUsed }) => revocableUsed[name]),
    );
  }
}

function* shareReadings(prefix: string, total: number, used: number): Generator<MetricReading> {
  yield { kind: "gauge", name: `${prefix}_total`, value: total };
  yield { kind: "gauge", name: `${prefix}_used`, value: used };
  yield { kind: "gauge", name: `${prefix}_percent`, value: total === 0 ? 0 : used / total };
}

function sum(all: readonly AgentAmounts[], amount: (of: AgentAmounts) => number): number {
  let total = zeroMilli;
  for (const each of all) total = plus(total, milli(amount(each)));
  return unitsOf(total);
}

const amountsOf = new FragmentCache<Agent, AgentAmounts>(
  ({ totalResources, usedResources }) => [totalResources, usedResources],
  ({ totalResources, usedResources }) => ({
    total: amounts(totalResources.nonRevocable()),
    used: amounts(usedResources.nonRevocable()),
    revocableTotal: amounts(totalResources.revocable()),
    revocableUsed: amounts(usedResources.revocable()),
  }),
);

function amounts(resources: Resources): Amounts {
  return {
    cpus: unitsOf(resources.scalar("cpus")),
    gpus: unitsOf(resources.scalar("gpus")),
    mem: unitsOf(resources.scalar("mem")),
    disk: unitsOf(resources.scalar("disk")),
  };
}
