/** Counters, gauges and timers as libprocess shows them, and as Prometheus wants them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "./metrics.ts";
import { addSystemMetrics } from "./system-metrics.ts";

test("snapshot() is flat and sorted by name", () => {
  const metrics = createMetrics();
  metrics.gauge("b/gauge", () => 2.5);
  metrics.counter("a/counter").increment();
  metrics.counter("a/counter").increment(2);
  assert.deepEqual(Object.entries(metrics.snapshot()), [
    ["a/counter", 3],
    ["b/gauge", 2.5],
  ]);
  assert.equal(metrics.counter("a/counter").value, 3);
});

test("a gauge is read at each snapshot, replaced by a new one, and left out when it fails", () => {
  const metrics = createMetrics();
  let value = 1;
  metrics.gauge("g", () => value);
  metrics.gauge("nan", () => Number.NaN);
  metrics.gauge("failing", () => {
    throw new Error("no such file");
  });
  assert.deepEqual(metrics.snapshot(), { g: 1 });
  value = 2;
  assert.deepEqual(metrics.snapshot(), { g: 2 });
  metrics.gauge("g", () => -1);
  assert.deepEqual(metrics.snapshot(), { g: -1 });
});

test("a timer shows nothing, then its value, then libprocess's statistics", () => {
  const metrics = createMetrics();
  const timer = metrics.timer("registrar/state_store");
  assert.deepEqual(metrics.snapshot(), {});
  timer.record(7);
  assert.deepEqual(metrics.snapshot(), { "registrar/state_store_ms": 7 });
  for (const ms of [1, 3, 5, 2]) timer.record(ms);
  // Linear interpolation between the two nearest ranks, process/statistics.hpp.
  const expected: Record<string, number> = {
    "registrar/state_store_ms": 2,
    "registrar/state_store_ms/count": 5,
    "registrar/state_store_ms/max": 7,
    "registrar/state_store_ms/min": 1,
    "registrar/state_store_ms/p50": 3,
    "registrar/state_store_ms/p90": 6.2,
    "registrar/state_store_ms/p95": 6.6,
    "registrar/state_store_ms/p99": 6.92,
    "registrar/state_store_ms/p999": 6.992,
    "registrar/state_store_ms/p9999": 6.9992,
  };
  const snapshot = metrics.snapshot();
  assert.deepEqual(Object.keys(snapshot), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(Math.abs((snapshot[name] ?? Number.NaN) - value) < 1e-9, `${name} ${snapshot[name]}`);
  }
});

test("a timer keeps a window of 1000 values", () => {
  const metrics = createMetrics();
  const timer = metrics.timer("t");
  timer.record(1_000_000);
  for (let i = 1; i <= 1000; i += 1) timer.record(i);
  const snapshot = metrics.snapshot();
  assert.equal(snapshot["t_ms/count"], 1000);
  assert.equal(snapshot["t_ms/max"], 1000);
  assert.equal(snapshot["t_ms/min"], 1);
});

test("remove() drops what begins with a prefix, and a counter begun anew is zero", () => {
  const metrics = createMetrics();
  metrics.counter("master/frameworks/a/1/x").increment();
  metrics.counter("master/frameworks/b/2/x").increment();
  metrics.remove("master/frameworks/a/");
  assert.deepEqual(metrics.snapshot(), { "master/frameworks/b/2/x": 1 });
  assert.equal(metrics.counter("master/frameworks/a/1/x").value, 0);
});

test("a source's metrics are sorted in among the others, and left out when it fails", () => {
  const metrics = createMetrics();
  metrics.counter("b").increment();
  metrics.source(() => [
    { kind: "gauge", name: "c", value: 3 },
    { kind: "gauge", name: "a", value: 1 },
    { kind: "gauge", name: "nan", value: Number.NaN },
  ]);
  metrics.source(() => {
    throw new Error("out of order");
  });
  assert.deepEqual(Object.entries(metrics.snapshot()), [
    ["a", 1],
    ["b", 1],
    ["c", 3],
  ]);
  assert.match(metrics.prometheus(), /tavola_a 1\n.*\ntavola_b 1\n.*\ntavola_c 3\n/);
});

test("one name for two kinds is a bug of ours", () => {
  const metrics = createMetrics();
  metrics.counter("x_ms");
  assert.throws(() => metrics.timer("x"), { name: "InvariantViolation" });
});

test("prometheus() states types and turns frameworks, roles and principals into labels", () => {
  const metrics = createMetrics();
  metrics.counter("master/messages_register_slave").increment(3);
  metrics.gauge("master/cpus_percent", () => 0.5);
  metrics.counter("master/frameworks/my%20app%2F1/f-0001/offers/sent").increment(4);
  metrics.counter("master/frameworks/other/f-0002/offers/sent").increment(5);
  metrics.gauge("master/frameworks/other/f-0002/roles/eng/dev/suppressed", () => 1);
  metrics.counter("frameworks/ops/messages_received").increment();
  metrics.gauge("allocator/mesos/roles/eng/dev/shares/dominant", () => 0.25);
  metrics.gauge("allocator/mesos/quota/roles/eng/resources/cpus/guarantee", () => 8);
  assert.equal(
    metrics.prometheus(),
    `# TYPE tavola_allocator_mesos_quota_roles_resources_guarantee gauge
tavola_allocator_mesos_quota_roles_resources_guarantee{role="eng",resource="cpus"} 8
# TYPE tavola_allocator_mesos_roles_shares_dominant gauge
tavola_allocator_mesos_roles_shares_dominant{role="eng/dev"} 0.25
# TYPE tavola_frameworks_messages_received counter
tavola_frameworks_messages_received{principal="ops"} 1
# TYPE tavola_master_cpus_percent gauge
tavola_master_cpus_percent 0.5
# TYPE tavola_master_frameworks_offers_sent counter
tavola_master_frameworks_offers_sent{framework_name="my app/1",framework_id="f-0001"} 4
tavola_master_frameworks_offers_sent{framework_name="other",framework_id="f-0002"} 5
# TYPE tavola_master_frameworks_roles_suppressed gauge
tavola_master_frameworks_roles_suppressed{framework_name="other",framework_id="f-0002",role="eng/dev"} 1
# TYPE tavola_master_messages_register_slave counter
tavola_master_messages_register_slave 3
`,
  );
});

test("prometheus() writes a timer as a summary of all its values", () => {
  const metrics = createMetrics();
  const timer = metrics.timer("run");
  timer.record(1);
  timer.record(3);
  const text = metrics.prometheus();
  assert.match(text, /^# TYPE tavola_run_ms summary\ntavola_run_ms\{quantile="0.5"\} 2\n/);
  assert.match(text, /\ntavola_run_ms_sum 4\ntavola_run_ms_count 2\n$/);
});

test("prometheus() escapes label values and keeps names apart that become one", () => {
  const metrics = createMetrics();
  metrics.counter('frameworks/a"b\\c\nd/messages_processed').increment();
  metrics.counter("x/y").increment();
  metrics.counter("x.y").increment(2);
  metrics.gauge("x_y", () => 3);
  assert.equal(
    metrics.prometheus(),
    `# TYPE tavola_frameworks_messages_processed counter
tavola_frameworks_messages_processed{principal="a\\"b\\\\c\\nd"} 1
# TYPE tavola_x_y counter
tavola_x_y 2
tavola_x_y{metric="x/y"} 1
# TYPE tavola_x_y_gauge gauge
tavola_x_y_gauge 3
`,
  );
});

test("addSystemMetrics() adds libprocess's six, all of them numbers", () => {
  const metrics = createMetrics();
  addSystemMetrics(metrics);
  const snapshot = metrics.snapshot();
  assert.deepEqual(Object.keys(snapshot), [
    "system/cpus_total",
    "system/load_15min",
    "system/load_1min",
    "system/load_5min",
    "system/mem_free_bytes",
    "system/mem_total_bytes",
  ]);
  assert.ok((snapshot["system/cpus_total"] ?? 0) >= 1);
  assert.ok((snapshot["system/mem_total_bytes"] ?? 0) > (snapshot["system/mem_free_bytes"] ?? 0));
});
