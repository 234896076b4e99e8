/** What graphs of the scheduler are made from. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics, type HttpRequest, silentLogger, systemClock } from "@tavola/host";
import { prepareCluster } from "../api/testing/sample-cluster.ts";
import { addSchedulerMetrics, metricsHandler } from "./scheduler-metrics.ts";

function get(path: string): HttpRequest {
  const rest = { headers: {}, remoteAddress: "", signal: new AbortController().signal };
  return {
    method: "GET",
    path,
    query: new URLSearchParams(),
    body: async () => Buffer.alloc(0),
    ...rest,
  };
}

test("a leader's metrics count its requests and tasks, in both forms", async () => {
  const { context } = await prepareCluster();
  const metrics = createMetrics();
  addSchedulerMetrics(metrics, context.engine);
  const {
    "scheduler/tasks_active": active,
    "scheduler/tasks_pending": pending,
    "scheduler/leading": leading,
  } = metrics.snapshot();
  assert.deepEqual([active, pending, leading], [3, 1, 1]);
  const handler = metricsHandler(metrics, silentLogger, systemClock());
  const prometheus = await handler(get("/metrics"));
  assert.match(
    String("body" in prometheus && prometheus.body),
    /^tavola_scheduler_requests_active 4$/m,
  );
  const snapshot = await handler(get("/metrics/snapshot"));
  assert.match(String("body" in snapshot && snapshot.body), /"scheduler\/agents_active":2/);
  assert.equal((await handler(get("/logging/toggle"))).status, 404);
});

test("one that does not lead says only that", () => {
  const metrics = createMetrics();
  addSchedulerMetrics(metrics, () => undefined);
  assert.deepEqual(metrics.snapshot(), { "scheduler/leading": 0 });
});

test("the API's answers are counted by their kind, and timed", async () => {
  const api = await prepareCluster();
  await api.call("GET", "/requests/ids");
  await api.call("GET", "/requests/request/nothing");
  const counted = api.context.metrics.snapshot();
  assert.deepEqual(
    [
      counted["scheduler/api_2xx"],
      counted["scheduler/api_4xx"],
      counted["scheduler/api_answer_ms/count"],
    ],
    [1, 1, 2],
  );
});
