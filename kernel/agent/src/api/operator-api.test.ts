import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { recordedApi } from "../testing/recorded-api.ts";
import { recordedBody } from "../testing/recordings.ts";
import { ask, post } from "../testing/requests.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";

const json = { "content-type": "application/json" };

test("requests that are none are refused, in Mesos's words", async () => {
  const { handle } = recordedApi();
  const cases: readonly (readonly [Record<string, string>, string, number, string])[] = [
    [{}, "", 400, "Expecting 'Content-Type' to be present"],
    [
      { "content-type": "text/plain" },
      "",
      415,
      "Expecting 'Content-Type' of application/json or application/x-protobuf or application/recordio",
    ],
    [
      { ...json, "message-content-type": "application/json" },
      "",
      415,
      "Expecting 'Message-Content-Type' to be not set for non-streaming requests",
    ],
    [
      { ...json, accept: "text/html" },
      "",
      406,
      "Expecting 'Accept' to allow application/json or application/x-protobuf or application/recordio",
    ],
    [
      { ...json, "message-accept": "application/json" },
      "",
      406,
      "Expecting 'Message-Accept' to be not set for non-streaming responses",
    ],
    [
      { "content-type": "application/recordio" },
      "",
      400,
      "Expecting 'Message-Content-Type' to be set for streaming requests",
    ],
    [json, "{}", 400, "Failed to validate agent::Call: Expecting 'type' to be present"],
    [
      json,
      '{"type":"READ_FILE"}',
      400,
      "Failed to validate agent::Call: Expecting 'read_file' to be present",
    ],
  ];
  for (const [headers, body, status, text] of cases) {
    const answer = await ask(handle, "/api/v1", { method: "POST", headers, body });
    assert.deepEqual([answer.status, answer.text], [status, text]);
  }
  assert.equal((await ask(handle, "/api/v1")).status, 405);
  assert.equal((await post(handle, "/api/v1", "{")).status, 400);
});

test("what is not there yet says so", async () => {
  const { handle } = recordedApi();
  const call = {
    type: "LAUNCH_NESTED_CONTAINER",
    launch_nested_container: { container_id: { value: "c", parent: { value: "p" } } },
  };
  const answer = await post(handle, "/api/v1", call);
  assert.deepEqual(
    [answer.status, answer.text],
    [501, "LAUNCH_NESTED_CONTAINER is not supported by this agent yet"],
  );
  assert.equal((await post(handle, "/api/v1", { type: "UNKNOWN" })).status, 501);
});

test("the log level is raised for a while, by call and by endpoint", async () => {
  const { handle, close } = recordedApi();
  const set = { level: 2, duration: { nanoseconds: 60_000_000_000 } };
  const call = { type: "SET_LOGGING_LEVEL", set_logging_level: set };
  assert.equal((await post(handle, "/api/v1", call)).status, 200);
  assert.equal((await ask(handle, "/logging/toggle")).text, "2\n");
  assert.equal((await ask(handle, "/logging/toggle?level=0&duration=1mins")).status, 200);
  const answer = await post(handle, "/api/v1", { type: "GET_LOGGING_LEVEL" });
  assert.equal(answer.text, recordedBody("agent-v1-GET_LOGGING_LEVEL"));
  assert.equal((await ask(handle, "/logging/toggle?level=1")).status, 400);
  close();
});

const frameworkId = "0fd789fa-c1dd-4bad-a534-d6e4bbf01191-0002";
const containerId = "45ef0177-06a9-48a4-966b-5f6bfa94304e";
const run = `frameworks/${frameworkId}/executors/sleeper-2/runs`;

test("a sandbox is read by its real path, by `latest` and by its virtual path, and not left", async (t) => {
  const workDir = await temporaryFolder(t);
  const agentDir = join(workDir, "slaves/0fd789fa-c1dd-4bad-a534-d6e4bbf01191-S0");
  const sandbox = join(agentDir, run, containerId);
  mkdirSync(sandbox, { recursive: true });
  writeFileSync(join(sandbox, "stdout"), "hello\n");
  symlinkSync("/etc/passwd", join(sandbox, "escape"));
  symlinkSync(sandbox, join(agentDir, run, "latest"));
  const { handle } = recordedApi(workDir);
  const shown = "/var/lib/mesos/slaves/0fd789fa-c1dd-4bad-a534-d6e4bbf01191-S0";
  for (const path of [
    `${shown}/${run}/${containerId}`,
    `${shown}/${run}/latest`,
    `/${run}/latest`,
  ]) {
    const browsed = await ask(handle, `/files/browse?path=${path}`);
    const [entry] = JSON.parse(browsed.text) as { path: string; size: number }[];
    const recorded = JSON.parse(recordedBody("agent-files-browse")) as object[];
    assert.deepEqual(Object.keys(entry ?? {}), Object.keys(recorded[0] ?? {}));
    assert.equal(entry?.path.startsWith(path), true);
    const read = await ask(handle, `/files/read?path=${path}/stdout&offset=1&length=3`);
    assert.deepEqual(JSON.parse(read.text), { data: "ell", offset: 1 });
    const tail = await ask(handle, `/slave(1)/files/read?path=${path}/stdout&offset=-1`);
    assert.deepEqual(JSON.parse(tail.text), { data: "", offset: 6 });
    assert.equal((await ask(handle, `/files/download?path=${path}/stdout`)).text, "hello\n");
    assert.equal((await ask(handle, `/files/read?path=${path}/escape&offset=0`)).status, 400);
    assert.equal((await ask(handle, `/files/read?path=${path}/nothing`)).status, 404);
    const call = { type: "READ_FILE", read_file: { path: `${path}/stdout`, offset: 0 } };
    const answer = JSON.parse((await post(handle, "/api/v1", call)).text) as {
      read_file: { size: number; data: string };
    };
    assert.equal(Buffer.from(answer.read_file.data, "base64").toString(), "hello\n");
    const list = { type: "LIST_FILES", list_files: { path } };
    const listed = JSON.parse((await post(handle, "/api/v1", list)).text) as {
      list_files: { file_infos: { path: string }[] };
    };
    assert.equal(listed.list_files.file_infos.length, 2);
  }
  const missing = await ask(handle, "/files/read");
  assert.deepEqual([missing.status, missing.text], [400, recordedBody("agent-files-read-400")]);
});

test("what is not below a sandbox is not served", async (t) => {
  const workDir = await temporaryFolder(t);
  mkdirSync(join(workDir, "meta"), { recursive: true });
  writeFileSync(join(workDir, "meta/secret"), "x");
  const { handle } = recordedApi(workDir);
  for (const path of [
    "/var/lib/mesos/meta/secret",
    "/var/lib/mesos/slaves",
    "/var/lib/mesos",
    "/etc/passwd",
    `/var/lib/mesos/slaves/a/${run}/../../../../../../meta/secret`,
    `/${run}/..`,
  ]) {
    const answer = await ask(handle, `/files/browse?path=${encodeURIComponent(path)}`);
    assert.equal(answer.status, 404, path);
  }
});

test("containers are asked for by id, framework, or framework and executor", async () => {
  const { handle } = recordedApi();
  const ids = async (query: string): Promise<string[]> => {
    const answer = await ask(handle, `/containers?${query}`);
    assert.equal(answer.status, 200);
    return (JSON.parse(answer.text) as { executor_id: string }[]).map((each) => each.executor_id);
  };
  assert.deepEqual(await ids(`container_id=${containerId}`), ["sleeper-2"]);
  assert.equal((await ids(`framework_id=${frameworkId}`)).length, 2);
  assert.deepEqual(await ids(`framework_id=${frameworkId}&executor_id=sleeper-1`), ["sleeper-1"]);
  assert.deepEqual(await ids("framework_id=nobody"), []);
  for (const query of ["executor_id=sleeper-1", `container_id=${containerId}&framework_id=x`]) {
    assert.equal((await ask(handle, `/containers?${query}`)).status, 400);
  }
});

test("read endpoints wrap their answer for jsonp, and take GET only", async () => {
  const { handle } = recordedApi();
  const answer = await ask(handle, "/flags?jsonp=cb");
  assert.equal(answer.headers["Content-Type"], "text/javascript");
  assert.match(answer.text, /^cb\(\{.*\}\)$/);
  assert.equal((await ask(handle, "/state", { method: "POST" })).status, 405);
  assert.match((await ask(handle, "/")).text, /\/monitor\/statistics/);
  assert.equal((await ask(handle, "/nothing")).status, 404);
  assert.match((await ask(handle, "/metrics")).text, /# TYPE/);
  assert.equal((await ask(handle, "/system/stats.json")).status, 200);
});
