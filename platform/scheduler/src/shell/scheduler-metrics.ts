/**
 * What an operator's graphs show of the scheduler: at `/metrics` for Prometheus, at
 * `/metrics/snapshot` as Mesos's daemons have it.
 *
 * Counts are read from the state when somebody asks, so that nobody has to keep them. A scheduler that
 * does not lead only says so.
 */

import {
  type Clock,
  createMachineApi,
  createRouter,
  type HttpHandler,
  type Logger,
  LoggingLevel,
  type MetricReading,
  type Metrics,
} from "@tavola/host";
import type { ApiContext } from "../api/api-context.ts";
import { countState } from "../api/cluster-state.ts";
import type { State } from "../core/model/answers.ts";

type Engine = NonNullable<ReturnType<ApiContext["engine"]>>;

/** PERF: each reading counts requests, tasks and agents: some 10 ms at 50,000 tasks. */
export function addSchedulerMetrics(metrics: Metrics, engine: () => Engine | undefined): void {
  metrics.source(() => {
    const leading = engine();
    const isLeading = gauge("leading", leading === undefined ? 0 : 1);
    return leading === undefined ? [isLeading] : [isLeading, ...readingsOf(leading)];
  });
}

/** Names of numbers of the cluster's state, by what they are called here. */
const stateNumbers: Readonly<Record<string, keyof State>> = {
  requests_active: "activeRequests",
  requests_paused: "pausedRequests",
  requests_cooldown: "cooldownRequests",
  requests_finished: "finishedRequests",
  requests_cleaning: "cleaningRequests",
  requests_under_provisioned: "underProvisionedRequests",
  requests_over_provisioned: "overProvisionedRequests",
  tasks_active: "activeTasks",
  tasks_launching: "launchingTasks",
  tasks_cleaning: "cleaningTasks",
  tasks_pending: "scheduledTasks",
  tasks_late: "lateTasks",
  tasks_late_on_demand: "onDemandLateTasks",
  task_lag_ms: "maxTaskLag",
  deploys_pending: "numDeploys",
  deploy_oldest_ms: "oldestDeploy",
  agents_active: "activeAgents",
  agents_dead: "deadAgents",
  agents_decommissioning: "decommissioningAgents",
  racks_active: "activeRacks",
  status_update_delay_ms: "avgStatusUpdateDelayMs",
};

function readingsOf({ state, config, now }: Engine): readonly MetricReading[] {
  const counted = countState({ state, config, now }, []);
  const numbers = Object.entries(stateNumbers).map(([name, field]) =>
    gauge(name, Number(counted[field] ?? 0)),
  );
  const { records, link, offers } = state;
  return [
    ...numbers,
    gauge("connected", link.connected ? 1 : 0),
    gauge("heartbeat_age_ms", link.lastHeartbeatAt === undefined ? 0 : now - link.lastHeartbeatAt),
    gauge("offers_cached", offers.size),
    gauge("outbox_tasks", records.outboxTask.size),
    gauge("outbox_requests", records.outboxRequest.size),
    gauge("outbox_deploys", records.outboxDeploy.size),
    gauge("outbox_mails", records.outboxMail.size),
    gauge("outbox_webhooks", records.outboxWebhook.size),
    gauge("outbox_withdrawals", records.outboxWithdrawal.size),
    gauge("actions_disabled", records.disabledAction.size),
  ];
}

function gauge(name: string, value: number): MetricReading {
  return { kind: "gauge", name: `scheduler/${name}`, value };
}

/** `/metrics`, `/metrics/snapshot` and `/system/stats.json`; 404 for everything else. */
export function metricsHandler(metrics: Metrics, logger: Logger, clock: Clock): HttpHandler {
  const routes = createMachineApi(metrics, new LoggingLevel(logger, clock));
  // Who may change the log level would have to be asked first.
  return createRouter({
    delegate: "metrics",
    routes: routes.filter(({ process }) => process !== "logging"),
  });
}
