import assert from "node:assert/strict";
import test from "node:test";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { recordedBody } from "../testing/recordings.ts";
import { ask } from "../testing/requests.ts";

type Values = Readonly<Record<string, number>>;
const recorded = JSON.parse(recordedBody("master-metrics-snapshot")) as Values;

/** The allocator's runs and the registry's writes are timed by the shell, which these tests have none of. */
const ofShell = /^(allocator\/mesos\/allocation_run|registrar\/)/;

/** Counts of what happened before; the state that is made for the tests has no past. */
function hasPast(name: string): boolean {
  return ["messages_", "valid_", "slave_registrations", "tasks_f", "task_failed"].some((part) =>
    name.startsWith(`master/${part}`),
  );
}

test("every metric that a Mesos master has is there", async () => {
  const ours = await snapshot();
  // Counters per reason come with the first task that ends so.
  const missing = Object.keys(recorded).filter((name) => !(name in ours) && !ofShell.test(name));
  assert.deepEqual(missing, ["master/task_failed/source_slave/reason_executor_terminated"]);
});

test("metrics of what is now have the values that a Mesos had for the same cluster", async () => {
  const ours = await snapshot();
  const differing = Object.keys(recorded).filter((name) => {
    if (ofShell.test(name) || hasPast(name) || name.startsWith("system/")) return false;
    if (/^master\/frameworks\/.*\/(calls|events|offers|operations|tasks\/terminal)/.test(name)) {
      return false;
    }
    return Math.abs((ours[name] ?? Number.NaN) - (recorded[name] ?? 0)) > 1e-9;
  });
  assert.deepEqual(differing, [
    // Lengths of queues that we do not have.
    "allocator/mesos/event_queue_dispatches",
    // The framework `stay` declined an offer there.
    "allocator/mesos/offer_filters/roles/web/active",
    "master/event_queue_dispatches",
    // A little later than in the recording of GET_MASTER.
    "master/uptime_secs",
  ]);
});

test("what the core counts is shown, also under names that nobody foresaw", async () => {
  const fixture = operatorFixture();
  fixture.state.counters.increment("master/messages_kill_task", 3);
  fixture.state.counters.increment("master/task_lost/source_master/reason_slave_removed");
  const [framework] = fixture.state.frameworks.values();
  framework?.counters.increment("calls/accept", 2);
  const { text } = await ask(fixture.handle, "/metrics/snapshot");
  const values = JSON.parse(text) as Values;
  assert.equal(values["master/messages_kill_task"], 3);
  assert.equal(values["master/task_lost/source_master/reason_slave_removed"], 1);
  assert.equal(values[`master/frameworks/stay/${framework?.id}/calls/accept`], 2);
});

test("per-framework metrics can be switched off by the flag", async () => {
  const fixture = operatorFixture({ flags: { publish_per_framework_metrics: "false" } });
  const { text } = await ask(fixture.handle, "/metrics/snapshot");
  assert.ok(!text.includes("master/frameworks/"));
  assert.ok(text.includes("master/frameworks_active"));
});

test("/metrics/snapshot refuses a timeout that is no duration", async () => {
  const { handle } = operatorFixture();
  assert.equal((await ask(handle, "/metrics/snapshot?timeout=5secs")).status, 200);
  const refused = await ask(handle, "/metrics/snapshot?timeout=soon");
  assert.equal(refused.status, 400);
  assert.match(refused.text, /^Invalid timeout 'soon': /);
});

test("GET_METRICS lists what /metrics/snapshot shows", async () => {
  const { handle } = operatorFixture();
  const headers = { "Content-Type": "application/json" };
  const body = '{"type":"GET_METRICS","get_metrics":{}}';
  const { text } = await ask(handle, "/api/v1", { method: "POST", headers, body });
  const { get_metrics } = JSON.parse(text) as { get_metrics: { metrics: { name: string }[] } };
  const names = get_metrics.metrics.map(({ name }) => name);
  assert.deepEqual(names, Object.keys(await snapshot()));
});

test("/metrics is Prometheus text with counters and gauges told apart", async () => {
  const { handle } = operatorFixture();
  const { text, headers } = await ask(handle, "/metrics");
  assert.match(headers["Content-Type"] ?? "", /^text\/plain; version=0\.0\.4/);
  assert.match(text, /^# TYPE tavola_master_messages_kill_task counter$/m);
  assert.match(text, /^# TYPE tavola_master_cpus_total gauge\ntavola_master_cpus_total 4$/m);
});

async function snapshot(): Promise<Values> {
  const { text } = await ask(operatorFixture().handle, "/metrics/snapshot");
  return JSON.parse(text) as Values;
}
