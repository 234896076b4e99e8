import assert from "node:assert/strict";
import { test } from "node:test";
import { taskHistoryOf } from "../core/tasks/task-history.ts";
import { ApiFixture } from "./testing/api-fixture.ts";

const directory = "/sandbox/1";

function clusterWithTask() {
  const api = new ApiFixture();
  api.core.addService({ id: "web" });
  api.core.addTask("web", 1, { directory, agentId: "a1", hostname: "host1" });
  return api;
}

/** Answered by the route itself, so that headers are seen as they leave. */
async function headersOf(name: "download" | "open", file: string) {
  const api = clusterWithTask();
  api.core.turn((turn) => {
    const since = turn.now as number;
    const currentState = { objectId: "a1", state: "ACTIVE" as const, timestamp: since };
    turn.put("agent", "a1", {
      ...{ id: "a1", host: "host1", rackId: "r1", firstSeenAt: since, currentState },
      ...{ attributes: {}, history: [], port: 5051 },
    });
  });
  const path = encodeURIComponent(`${directory}/${file}`);
  const answer = await api.call("GET", `/tasks/${name}?agentHostname=host1&path=${path}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.headers;
}

test("a download has its file's name, whatever is in it", async () => {
  const headers = await headersOf("download", 'lög "日本".txt');
  assert.equal(
    headers["Content-Disposition"],
    `attachment; filename="l_g ____.txt"; filename*=UTF-8''l%C3%B6g%20%22%E6%97%A5%E6%9C%AC%22.txt`,
  );
});

test("a file that is looked at may do nothing in the scheduler's name", async () => {
  const headers = await headersOf("open", "page.html");
  assert.equal(headers["Content-Security-Policy"], "sandbox");
  assert.equal(headers["Content-Disposition"], "inline");
});

test("a file of a task that has ended is brought as long as its agent has it, to who may read about it", async () => {
  const asked: string[] = [];
  const fixture = new ApiFixture();
  const api = new ApiFixture({
    context: {
      history: fixture.history,
      files: {
        ...fixture.context.files,
        download: async ({ hostname, port }, path) => {
          asked.push(`${hostname}:${port} ${path}`);
          return { value: { status: 200, headers: {}, body: "content" } };
        },
      },
    },
  });
  api.core.addService({ id: "web" });
  const { taskId } = api.core.addTask("web", 1, { hostname: "host1" });
  const task = api.core.task(taskId.id);
  const directory = `/work/slaves/S0/frameworks/F/executors/${taskId.id}/runs/R`;
  const history = task && taskHistoryOf(api.core.state, { ...task, directory });
  assert.ok(history !== undefined);
  api.core.turn((turn) => {
    turn.remove("task", taskId.id);
    turn.put("outboxTask", taskId.id, history);
  });
  const download = (hostname: string, path: string) =>
    api.call("GET", `/tasks/download?slaveHostname=${hostname}&path=${encodeURIComponent(path)}`);
  assert.equal((await download("host1", `${directory}/stdout`)).status, 200);
  assert.deepEqual(asked, [`host1:5051 ${directory}/stdout`]);
  for (const [hostname, path] of [
    ["host2", `${directory}/stdout`],
    ["host1", `${directory}/../../../../../../../../etc/passwd`],
    ["host1", `${directory}2/stdout`],
    ["host1", directory.replace(taskId.id, "web-d9-1-1-host1-r1")],
    ["host1", "/etc/passwd"],
  ] as const) {
    assert.equal((await download(hostname, path)).status, 404, path);
  }
  assert.equal(asked.length, 1);
});
