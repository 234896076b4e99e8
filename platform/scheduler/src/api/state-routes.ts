/**
 * The state of the whole: numbers, lateness, reconciliation, and why something does not run.
 */

import type { State } from "../core/model/answers.ts";
import { placements } from "../core/model/enums.ts";
import { anything, list, oneOf, text, truth } from "../core/model/shape.ts";
import {
  limitsShape,
  scheduledTasksInfoShape,
  stateShape,
  taskReconciliationStatisticsShape,
} from "../core/model/state-shape.ts";
import { explainRequest } from "../core/placement/explain-request.ts";
import { requestExplanationShape } from "../core/placement/explanation-shape.ts";
import { knownRequest } from "../core/requests/known-request.ts";
import { placementStrategySet, rackSensitivitySet } from "../core/settings/operator-settings.ts";
import type { SchedulerState } from "../core/state.ts";
import { refused } from "../core/turn.ts";
import { countProvisioning, countState, scheduledTasksInfo } from "./cluster-state.ts";
import { jsonAnswer } from "./json-answer.ts";
import {
  admin,
  anyUser,
  type Call,
  filtered,
  mayRead,
  one,
  type QueryTable,
  type Route,
  route,
} from "./route.ts";

/** So long a count is good enough. */
const countedForMs = 1000;

const counted = new WeakMap<SchedulerState, { readonly at: number; readonly value: State }>();

type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "config" | "now" | "context">;

function stateOf(call: AnyCall, skipCache: boolean): State {
  const before = counted.get(call.state);
  if (before !== undefined && !skipCache && call.now - before.at < countedForMs) {
    return before.value;
  }
  const value = countState(call, [call.context.hostState()]);
  counted.set(call.state, { at: call.now, value });
  return value;
}

const getState = route({
  method: "GET",
  path: "/state",
  summary: "The state of the cluster and of the scheduler",
  access: anyUser,
  query: { skipCache: one(truth), includeRequestIds: one(truth) },
  answer: stateShape,
  isFilterable: true,
  handle(call) {
    const value = stateOf(call, call.query.skipCache === true);
    if (call.query.includeRequestIds === true) return { value };
    const { overProvisionedRequestIds: _over, underProvisionedRequestIds: _under, ...rest } = value;
    return { value: rest };
  },
});

function provisioned(name: "over" | "under"): Route {
  return route({
    method: "GET",
    path: `/state/requests/${name}-provisioned`,
    summary: `Requests with ${name === "over" ? "more" : "fewer"} tasks than they want`,
    access: filtered,
    query: { skipCache: one(truth) },
    answer: list(text),
    handle(call) {
      const ids = countProvisioning(call.state)[`${name}ProvisionedRequestIds`];
      return { value: ids.filter((id) => call.mayRead(id)) };
    },
  });
}

const reconciliation = route({
  method: "GET",
  path: "/state/task-reconciliation",
  summary: "How the last reconciliation with the master went",
  access: anyUser,
  answer: taskReconciliationStatisticsShape,
  missing: "No reconciliation has ended yet",
  handle: ({ state }) => ({ value: state.link.reconciliation.last }),
});

const scheduledInfo = route({
  method: "GET",
  path: "/state/scheduled-tasks-info",
  summary: "Tasks that are late, and how late",
  access: anyUser,
  answer: scheduledTasksInfoShape,
  handle: (call) => ({ value: scheduledTasksInfo(call) }),
});

/** Ours. */
const why = route({
  method: "GET",
  path: "/requests/request/{requestId}/why",
  summary: "Why tasks of a request do not run: offers, rules that agents failed, the nearest miss",
  access: mayRead,
  answer: requestExplanationShape,
  handle(call) {
    const requestId = call.parameter("requestId");
    const known = knownRequest(call, requestId);
    if (known.refusal !== undefined) return known;
    return { value: explainRequest(call.state, call.config, requestId, call.now) };
  },
});

const limits = route({
  method: "GET",
  path: "/configuration/singularity-limits",
  summary: "What is allowed at once",
  access: anyUser,
  answer: limitsShape,
  handle: ({ config }) => ({
    value: { maxDecommissioningAgents: config.maxDecommissioningAgents },
  }),
});

function rackSensitivity(name: "enable" | "disable"): Route {
  return route({
    method: "POST",
    path: `/configuration/rack-sensitive/${name}`,
    summary: `${name === "enable" ? "Heed" : "Ignore"} racks when placing tasks`,
    access: admin,
    status: 200,
    handle: (call) =>
      call.decide((turn) => {
        rackSensitivitySet(turn, name === "enable");
        return { value: undefined };
      }),
  });
}

const setPlacement = route({
  method: "POST",
  path: "/configuration/placement-strategy/override/set/{strategy}",
  summary: "Place tasks of requests that do not say so",
  access: admin,
  status: 200,
  handle(call) {
    const strategy = oneOf(placements, {
      SEPARATE: "SEPARATE_BY_DEPLOY",
      SPREAD_ALL_SLAVES: "SPREAD_ALL_AGENTS",
    }).parse(call.parameter("strategy"), "strategy");
    if (strategy.error !== undefined) return refused(400, strategy.error);
    return call.decide((turn) => {
      placementStrategySet(turn, strategy.value);
      return { value: undefined };
    });
  },
});

const clearPlacement = route({
  method: "POST",
  path: "/configuration/placement-strategy/override/clear",
  summary: "Place tasks of requests that do not say as configured",
  access: admin,
  status: 200,
  handle: (call) =>
    call.decide((turn) => {
      placementStrategySet(turn, undefined);
      return { value: undefined };
    }),
});

const metrics = route({
  method: "GET",
  path: "/metrics",
  summary: "Counters and gauges of this scheduler",
  access: anyUser,
  answer: anything,
  isLocal: true,
  handle: ({ context }) => ({
    response: jsonAnswer(200, JSON.stringify(context.metrics.snapshot())),
  }),
});

const storeBytes = route({
  method: "GET",
  path: "/metrics/zk-bytes",
  summary: "How many records of each kind there are in the store",
  access: anyUser,
  answer: anything,
  handle: ({ state }) => ({
    value: Object.fromEntries(Object.entries(state.records).map(([kind, map]) => [kind, map.size])),
  }),
});

export const stateRoutes: readonly Route[] = [
  ...[getState, provisioned("over"), provisioned("under"), reconciliation, scheduledInfo, why],
  ...[limits, rackSensitivity("enable"), rackSensitivity("disable"), setPlacement, clearPlacement],
  ...[metrics, storeBytes],
];
