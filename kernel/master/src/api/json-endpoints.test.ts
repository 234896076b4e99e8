import assert from "node:assert/strict";
import test from "node:test";
import { jsonDifferences } from "../testing/json-differences.ts";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { recordedBody } from "../testing/recordings.ts";
import { ask } from "../testing/requests.ts";

const versionDifferences = [
  '.build_date: "", wanted "2026-11-20 20:48:57"',
  ".build_time: 0, wanted 1795207737",
  ".git_sha: missing",
  ".git_branch: missing",
  ".tavola_version: not in the recording",
];

/**
 * Where ours differs from the recorded answer, on purpose: nothing is built, so there is no commit, no
 * branch and no date of a build; and our own version is told.
 */
const deliberate: Readonly<Record<string, readonly string[]>> = {
  "/state": versionDifferences,
  "/version": versionDifferences,
};

const endpoints: readonly (readonly [path: string, recording: string])[] = [
  ["/state", "master-state"],
  ["/state-summary", "master-state-summary"],
  ["/slaves", "master-slaves"],
  ["/frameworks", "master-frameworks"],
  ["/tasks", "master-tasks"],
  ["/roles", "master-roles"],
  ["/flags", "master-flags"],
  ["/version", "master-version"],
  ["/quota", "master-quota"],
  ["/weights", "master-weights"],
  ["/maintenance/schedule", "master-maintenance-schedule"],
  ["/maintenance/status", "master-maintenance-status"],
];

for (const [path, recording] of endpoints) {
  for (const prefix of ["", "/master"]) {
    test(`${prefix}${path} answers what a Mesos answered about the same cluster`, async () => {
      const { handle } = operatorFixture();
      const answer = await ask(handle, prefix + path);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["Content-Type"], "application/json");
      const differences = jsonDifferences(answer.text, recordedBody(recording), "values");
      assert.deepEqual(differences.sort(), [...(deliberate[path] ?? [])].sort());
    });
  }
}

test("/health is empty, whatever the method", async () => {
  const { handle } = operatorFixture();
  for (const method of ["GET", "HEAD", "POST"]) {
    const { status, text, headers } = await ask(handle, "/health", { method });
    assert.deepEqual([status, text, headers], [200, "", {}]);
  }
});

test("reading endpoints refuse to be written, with Allow", async () => {
  const { handle } = operatorFixture();
  for (const [path] of endpoints.slice(0, 6)) {
    const { status, text, headers } = await ask(handle, path, { method: "POST" });
    assert.deepEqual([status, headers["Allow"]], [405, "GET"]);
    assert.equal(text, "405 Method Not Allowed. Expecting one of { 'GET' }, but received 'POST'.");
    assert.equal((await ask(handle, path, { method: "HEAD" })).status, 200);
  }
});

test("?jsonp= wraps the answer for browsers of old", async () => {
  const { handle } = operatorFixture();
  for (const path of ["/version", "/state", "/metrics/snapshot", "/system/stats.json", "/quota"]) {
    const { text, headers } = await ask(handle, `${path}?jsonp=angular.callbacks._0`);
    assert.equal(headers["Content-Type"], "text/javascript");
    assert.match(text, /^angular\.callbacks\._0\(\{.*\}\)$/s);
  }
});

test("/slaves?slave_id= and /frameworks?framework_id= show one, or none", async () => {
  const { handle } = operatorFixture();
  const stay = "0fd789fa-c1dd-4bad-a534-d6e4bbf01191-0002";
  const counts = async (path: string): Promise<number[]> => {
    const lists = JSON.parse((await ask(handle, path)).text) as Record<string, unknown[]>;
    return Object.values(lists).map((list) => list.length);
  };
  assert.deepEqual(
    await counts("/slaves?slave_id=0fd789fa-c1dd-4bad-a534-d6e4bbf01191-S0"),
    [1, 0],
  );
  assert.deepEqual(await counts("/slaves?slave_id=nobody"), [0, 0]);
  assert.deepEqual(await counts(`/frameworks?framework_id=${stay}`), [1, 0, 0]);
  assert.deepEqual(await counts("/frameworks?framework_id=nobody"), [0, 0, 0]);
});

test("what later parts will write is refused with a reason, after the method was checked", async () => {
  const { handle } = operatorFixture();
  const writes: readonly (readonly [method: string, path: string, wrong: string])[] = [
    ["POST", "/reserve", "GET"],
    ["POST", "/unreserve", "GET"],
    ["POST", "/create-volumes", "GET"],
    ["POST", "/destroy-volumes", "GET"],
    ["POST", "/machine/down", "GET"],
    ["POST", "/machine/up", "GET"],
    ["POST", "/maintenance/schedule", "DELETE"],
    ["POST", "/quota", "PUT"],
    ["DELETE", "/quota/role", "PUT"],
    ["PUT", "/weights", "POST"],
  ];
  for (const [method, path, wrong] of writes) {
    const { status, text } = await ask(handle, path, { method });
    assert.match(`${status} ${text}`, /^501 501 Not Implemented\. Nothing was changed: .+\.$/);
    assert.equal((await ask(handle, path, { method: wrong })).status, 405, path);
  }
});

test("/teardown hands the framework's id to the core", async () => {
  const fixture = operatorFixture();
  const shape = { method: "POST", body: "frameworkId=f%2D1&other=x" };
  const { status, text } = await ask(fixture.handle, "/teardown", shape);
  assert.deepEqual([status, text, fixture.commands], [200, "", ["f-1"]]);
});

test("/teardown without an id, and of a framework that is not there, is refused", async () => {
  const missing = await ask(operatorFixture().handle, "/teardown", { method: "POST", body: "x=1" });
  assert.deepEqual(
    [missing.status, missing.text],
    [400, "Missing 'frameworkId' query parameter in the request body"],
  );
  const message = "No framework found with specified ID";
  const { handle } = operatorFixture({ result: { status: 400, message } });
  const unknown = await ask(handle, "/teardown", { method: "POST", body: "frameworkId=x" });
  assert.deepEqual([unknown.status, unknown.text], [400, message]);
  assert.equal((await ask(handle, "/teardown")).status, 405);
});

test("/system/stats.json has the machine's load and memory as numbers", async () => {
  const { text } = await ask(operatorFixture().handle, "/system/stats.json");
  const stats = JSON.parse(text) as Record<string, number>;
  assert.deepEqual(Object.keys(stats).sort(), [
    "avg_load_15min",
    "avg_load_1min",
    "avg_load_5min",
    "cpus_total",
    "mem_free_bytes",
    "mem_total_bytes",
  ]);
  assert.ok((stats["cpus_total"] ?? 0) >= 1);
  assert.ok((stats["mem_total_bytes"] ?? 0) > (stats["mem_free_bytes"] ?? 0));
});

test("/ and /help list the endpoints; an unknown path is 404", async () => {
  const { handle } = operatorFixture();
  for (const path of ["/", "/master", "/help"]) {
    const { status, text } = await ask(handle, path);
    assert.equal(status, 200);
    assert.match(text, /^ {2}\/state-summary$/m);
    assert.match(text, /^ {2}\/metrics\/snapshot$/m);
  }
  assert.equal((await ask(handle, "/nonsense")).status, 404);
});

test("a task that changes state is shown as it is now, the others are not rendered again", async () => {
  const { handle, state } = operatorFixture();
  const [framework] = state.frameworks.values();
  const task = framework?.tasks.get("sleeper-1" as never);
  assert.ok(task);
  const before = (await ask(handle, "/state")).text;
  task.message.state = "TASK_KILLING";
  task.message.statuses = [
    ...task.message.statuses,
    { task_id: task.message.task_id, state: "TASK_KILLING", timestamp: 1795210640.5 },
  ];
  const after = (await ask(handle, "/state")).text;
  assert.deepEqual(jsonDifferences(after, before, "values"), [
    '.frameworks[0].tasks[0].state: "TASK_KILLING", wanted "TASK_RUNNING"',
    ".frameworks[0].tasks[0].statuses: 3 items, wanted 2",
  ]);
});
