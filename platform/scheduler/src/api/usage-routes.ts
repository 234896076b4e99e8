/**
 * How much of what was asked for is used, as far as it is measured.
 */

import { list, truth } from "../core/model/shape.ts";
import {
  agentUsageShape,
  clusterUtilizationShape,
  requestUtilizationShape,
  taskUsageShape,
} from "../core/model/usage-shape.ts";
import { refused } from "../core/turn.ts";
import { admin, alias, filtered, mayRead, mayReadTask, one, type Route, route } from "./route.ts";

const agents = route({
  method: "GET",
  path: "/usage/agents",
  summary: "What each agent has, has promised and uses",
  access: admin,
  answer: list(agentUsageShape),
  handle: ({ context }) => ({ value: context.usage?.agents() ?? [] }),
});

const cluster = route({
  method: "GET",
  path: "/usage/cluster/utilization",
  summary: "How well the cluster is used",
  access: admin,
  answer: clusterUtilizationShape,
  missing: "Nothing has been measured yet",
  handle: ({ context }) => ({ value: context.usage?.cluster() }),
});

const requests = route({
  method: "GET",
  path: "/usage/requests",
  summary: "How well each request uses what it asks for",
  access: filtered,
  query: { useWebCache: one(truth) },
  answer: list(requestUtilizationShape),
  handle: (call) => ({
    value: (call.context.usage?.requests() ?? []).filter(
      ({ requestId }) => requestId !== undefined && call.mayRead(requestId),
    ),
  }),
});

const ofRequest = route({
  method: "GET",
  path: "/usage/requests/request/{requestId}",
  summary: "How well a request uses what it asks for",
  access: mayRead,
  query: { useWebCache: one(truth) },
  answer: requestUtilizationShape,
  handle(call) {
    const requestId = call.parameter("requestId");
    const found = call.context.usage?.requests().find((each) => each.requestId === requestId);
    return found === undefined
      ? refused(404, `Nothing has been measured of request ${requestId}`)
      : { value: found };
  },
});

const ofTask = route({
  method: "GET",
  path: "/usage/tasks/{taskId}/history",
  summary: "What a task used lately",
  access: mayReadTask,
  answer: list(taskUsageShape),
  handle: (call) => ({ value: call.context.usage?.task(call.parameter("taskId")) ?? [] }),
});

export const usageRoutes: readonly Route[] = [
  agents,
  alias(agents, { path: "/usage/slaves" }),
  ...[cluster, requests, ofRequest, ofTask],
];
