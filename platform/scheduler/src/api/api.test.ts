/** What calls do, and what becomes of those that go wrong on the way. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CodedError } from "@tavola/base";
import {
  createHttpClient,
  type Endpoint,
  openEndpoint,
  silentLogger,
  simulatedClock,
} from "@tavola/host";
import { fileRecord } from "../core/state.ts";
import { asHttpHandler, createApiHandler } from "./api-handler.ts";
import { apiRoutes } from "./routes.ts";
import { ApiFixture } from "./testing/api-fixture.ts";
import { jobOf, prepareCluster, taskOf } from "./testing/sample-cluster.ts";

interface Parent {
  readonly request: { readonly id: string; readonly instances?: number };
  readonly state: string;
  readonly requestDeployState?: {
    readonly activeDeploy?: { readonly deployId: string };
    readonly pendingDeploy?: { readonly deployId: string };
  };
  readonly activeDeploy?: { readonly id: string; readonly metadata?: object };
  readonly taskIds?: {
    readonly healthy?: readonly { readonly id: string }[];
    readonly cleaning?: readonly unknown[];
  };
}

const http = createHttpClient();
const endpoints: Endpoint[] = [];
after(async () => {
  for (const endpoint of endpoints) await endpoint.close();
  await http.close();
});

/** The API on a real port; returns the URL of its context. */
async function serve(api: ApiFixture): Promise<string> {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    bodyBytesMax: 8 * 1024 * 1024,
    logger: silentLogger,
    onRequest: asHttpHandler(createApiHandler(api.context, apiRoutes)),
  });
  endpoints.push(endpoint);
  return `http://127.0.0.1:${endpoint.boundPort}${api.context.contextPath}`;
}

async function read(method: string, url: string, body?: Uint8Array | string) {
  const response = await http.request({ method, url, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: Buffer.from(await response.body()).toString() };
}

test("a request is made, deployed, scaled, paused and taken away", async () => {
  const api = new ApiFixture();
  const made = await api.call("POST", "/requests?user=me", {
    body: { id: "new", requestType: "SERVICE", instances: 2, surprise: 1 },
  });
  assert.equal(made.status, 200);
  const deploy = { requestId: "new", id: "v1", command: "run", metadata: { image: "a" } };
  const deployed = await api.call("POST", "/deploys?user=me", {
    body: { deploy, message: "first" },
  });
  assert.equal(deployed.json<Parent>().requestDeployState?.pendingDeploy?.deployId, "v1");
  const again = await api.call("POST", "/deploys", { body: { deploy: { ...deploy, id: "v2" } } });
  assert.equal(again.status, 409);
  assert.match(again.text, /^Pending deploy already in progress for new/);
  const scaled = await api.call("PUT", "/requests/request/new/scale", { body: { instances: 3 } });
  assert.equal(scaled.json<Parent>().request.instances, 3);
  assert.equal(
    (await api.call("POST", "/requests/request/new/pause")).json<Parent>().state,
    "PAUSED",
  );
  assert.equal((await api.call("POST", "/requests/request/new/pause")).status, 409);
  const gone = await api.call("DELETE", "/requests/request/new", { body: { message: "bye" } });
  assert.equal(gone.json<{ id: string }>().id, "new");
  assert.equal((await api.call("GET", "/requests/request/new")).status, 404);
});

test("who did it is recorded: named in the query, by a header, or nobody", async () => {
  const api = new ApiFixture({
    auth: {
      authenticators: ["HEADER_PASSTHROUGH", "QUERYPARAM_PASSTHROUGH"],
      defaultEmailDomain: "example.com",
    },
  });
  const post = (target: string, headers = {}) =>
    api.call("POST", target, {
      headers,
      body: { id: "r", requestType: "WORKER", owners: [target] },
    });
  await post("/requests?user=ann");
  await post("/requests", { "x-username": "bob@example.org" });
  await post("/requests");
  const events = (await api.call("GET", "/history/request/r/requests")).json<{ user?: string }[]>();
  assert.deepEqual(
    new Set(events.map(({ user }) => user)),
    new Set(["ann@example.com", "bob@example.org", undefined]),
  );
});

test("a request answers with its deploys and its tasks by how they are", async () => {
  const api = await prepareCluster();
  await api.call("DELETE", `/tasks/task/${taskOf(2)}`, { body: { waitForReplacementTask: true } });
  const parent = (await api.call("GET", "/requests/request/web")).json<Parent>();
  assert.equal(parent.activeDeploy?.id, "d1");
  assert.deepEqual(
    parent.taskIds?.healthy?.map(({ id }) => id),
    [taskOf(1)],
  );
  assert.equal(parent.taskIds?.cleaning?.length, 1);
  const end = (body: object) => api.call("DELETE", `/tasks/task/${taskOf(2)}`, { body });
  assert.equal((await end({ override: true })).status, 200);
  const late = await end({ waitForReplacementTask: true });
  assert.equal(late.status, 409);
  assert.match(late.text, /already has a cleanup of type USER_REQUESTED_DESTROY/);
});

test("a run of an on-demand job is found under its id, waiting and running", async () => {
  const api = await prepareCluster();
  const run = await api.call("POST", `/requests/request/${jobOf("idle")}/run?minimal=true`, {
    body: { runId: "mine", commandLineArgs: ["a"] },
  });
  assert.equal(run.json<{ pendingRequest: { runId: string } }>().pendingRequest.runId, "mine");
  const tracked = (await api.call("GET", `/track/run/${jobOf("idle")}/mine`)).json<{
    pending: boolean;
  }>();
  assert.equal(tracked.pending, true);
  const running = (await api.call("GET", `/track/run/${jobOf("job")}/run-1`)).json<{
    pending: boolean;
  }>();
  assert.equal(running.pending, false);
  assert.equal((await api.call("GET", `/track/run/${jobOf("job")}/unknown`)).status, 404);
});

test("tasks that have ended are in lists whether history has them yet or not, each once", async () => {
  const api = await prepareCluster();
  const { state } = api.core;
  const history = (await api.call("GET", `/history/task/${taskOf(1)}`)).json<{
    task: { taskId: object };
  }>();
  const ended = (instanceNo: number, at: number) => {
    const id = taskOf(instanceNo);
    const taskId = { ...history.task.taskId, instanceNo, id } as never;
    const update = { taskId, timestamp: at, taskState: "TASK_FINISHED" as const };
    return { ...history, task: { ...history.task, taskId }, taskUpdates: [update] } as never;
  };
  await api.history.append({ tasks: [ended(11, 1000), ended(12, 2000), ended(13, 3000)] });
  fileRecord(state, "outboxTask", taskOf(13), ended(13, 3000));
  fileRecord(state, "outboxTask", taskOf(14), ended(14, 4000));
  const list = async (query: string) => {
    const answer = await api.call("GET", `/history/request/web/tasks?${query}`);
    return answer
      .json<{ taskId: { instanceNo: number } }[]>()
      .map(({ taskId }) => taskId.instanceNo);
  };
  assert.deepEqual(await list(""), [14, 13, 12, 11]);
  assert.deepEqual(await list("count=3&page=1"), [14, 13, 12]);
  assert.deepEqual(await list("count=3&page=2"), [11]);
  assert.deepEqual(await list("orderDirection=ASC"), [11, 12, 13, 14]);
  assert.deepEqual(await list("orderDirection=ASC&count=3&page=2"), [14]);
  assert.deepEqual(await list("updatedAfter=2500&updatedBefore=3500"), [13]);
  const page = (await api.call("GET", "/history/request/web/tasks/withmetadata?count=3")).json<{
    dataCount: number;
    pageCount: number;
  }>();
  assert.deepEqual([page.dataCount, page.pageCount], [4, 2]);
  assert.equal(
    (await api.call("GET", "/history/request/web/tasks?count=-1")).text,
    "count param must be non-zero",
  );
  assert.equal(
    (await api.call("GET", "/history/request/web/tasks?page=0")).text,
    "page param must be 1 or greater",
  );
});

test("a sandbox is browsed and read, and not left", async () => {
  const api = await prepareCluster();
  const id = taskOf(1);
  const sandbox = (await api.call("GET", `/sandbox/${id}/browse?path=logs/`)).json<{
    files: { name: string }[];
    currentDirectory: string;
    slaveHostname: string;
  }>();
  assert.deepEqual(
    [sandbox.files[0]?.name, sandbox.currentDirectory, sandbox.slaveHostname],
    ["stdout", "logs", "host1"],
  );
  assert.deepEqual((await api.call("GET", `/sandbox/${id}/read?path=stdout`)).json(), {
    data: "",
    offset: 12,
  });
  const grepped = await api.call("GET", `/sandbox/${id}/read?path=stdout&offset=0&grep=^t`);
  assert.deepEqual(grepped.json(), { data: "two\nten\n", offset: 0, nextOffset: 12 });
  for (const path of ["../2/stdout", "a/../../x", "..%2F..%2Fetc/passwd"]) {
    assert.equal((await api.call("GET", `/sandbox/${id}/read?path=${path}`)).status, 400, path);
  }
  assert.equal((await api.call("GET", `/sandbox/${id}/read?path=nothing`)).status, 404);
  assert.equal(
    (await api.call("GET", `/sandbox/${id}/read`)).text,
    "query parameter path is missing",
  );
  assert.equal((await api.call("GET", `/sandbox/${id}/read?path=x&grep=(`)).status, 400);
  assert.equal(
    (await api.call("GET", "/tasks/download?agentHostname=host1&path=/etc/passwd")).status,
    404,
  );
  assert.equal(
    (await api.call("GET", "/tasks/download?agentHostname=host1&path=/sandbox/1/../../etc/passwd"))
      .status,
    404,
  );
  const early = api.core.state.records.task.get(id);
  if (early !== undefined) {
    const { directory: _, ...rest } = early;
    fileRecord(api.core.state, "task", id, rest);
  }
  assert.match(
    (await api.call("GET", `/sandbox/${id}/browse`)).text,
    /does not have a directory yet/,
  );
  api.directories.set(id, "/sandbox/asked");
  const { fullPathToRoot } = (await api.call("GET", `/sandbox/${id}/browse`)).json<{
    fullPathToRoot: string;
  }>();
  assert.equal(fullPathToRoot, "/sandbox/asked");
});

test("an action that operators have forbidden is refused with their message", async () => {
  const api = await prepareCluster();
  await api.call("POST", "/disasters/disabled-actions/DEPLOY", {
    body: { message: "freeze until Monday" },
  });
  const answer = await api.call("POST", "/deploys", {
    body: { deploy: { requestId: "web", id: "d2", command: "run" } },
  });
  assert.deepEqual(
    [answer.status, answer.text],
    [409, "Cannot perform action DEPLOY: freeze until Monday"],
  );
  await api.call("DELETE", "/disasters/disabled-actions/DEPLOY");
  const allowed = await api.call("POST", "/deploys", {
    body: { deploy: { requestId: "web", id: "d2", command: "run" } },
  });
  assert.equal(allowed.status, 200);
});

test("GET /requests gives what is now, however often it is asked and changed", async () => {
  const api = await prepareCluster();
  const instances = async () =>
    (await api.call("GET", "/requests"))
      .json<Parent[]>()
      .find(({ request }) => request.id === "web")?.request.instances;
  assert.equal(await instances(), 2);
  await api.call("PUT", "/requests/request/web/scale", { body: { instances: 5 } });
  assert.equal(await instances(), 5);
  for (let index = 0; index < 300; index += 1) api.addRequest({ id: `r${index}` });
  const all = (await api.call("GET", "/requests")).json<Parent[]>();
  assert.equal(all.length, 304);
  assert.equal((await api.call("GET", "/requests?limit=7")).json<Parent[]>().length, 7);
  assert.equal(
    (await api.call("GET", "/requests?requestType=ON_DEMAND")).json<Parent[]>().length,
    3,
  );
  assert.deepEqual(
    (await api.call("GET", "/requests?requestType=ON_DEMAND&property=state&limit=1")).json(),
    [{ state: "ACTIVE" }],
  );
  const long = (await api.call("GET", "/requests/active")).json<Parent[]>();
  assert.equal(long.length, 304);
});

test("bodies of every wrong kind are refused with a text, and nothing breaks", async () => {
  const api = await prepareCluster();
  const cases: readonly (readonly [string, string, unknown, RegExp])[] = [
    ["POST", "/requests", "", /^the body is missing/],
    ["POST", "/requests", "null", /must be an object|missing/],
    ["POST", "/requests", "[]", /^the body must be an object/],
    ["POST", "/requests", '{"id":"a b"}', /^Id cannot be null/],
    [
      "POST",
      "/requests",
      `{"id":"r","requestType":${"[".repeat(2000)}${"]".repeat(2000)}}`,
      /^requestType must be one of/,
    ],
    ["POST", "/deploys", "{}", /^DeployRequest must have a deploy object/],
    [
      "PUT",
      "/requests/request/web/scale",
      '{"instances":"many"}',
      /^instances must be a whole number/,
    ],
    ["PUT", "/requests/request/web/scale", '{"instances":-1}', /^Instances must be greater than 0/],
    [
      "PUT",
      "/requests/request/web/scale?largeScaleDownAcknowledged=maybe",
      "{}",
      /^query parameter largeScaleDownAcknowledged must be true or false/,
    ],
    ["POST", "/webhooks", '{"uri":"x","type":"TASK"}', /^Invalid URI provided/],
    ["POST", "/notifications/subscribe", "nobody", /is no mail address/],
    ["DELETE", "/tasks/task/nonsense", "", /is not a valid taskId: TaskId nonsense was invalid/],
  ];
  for (const [method, target, body, reason] of cases) {
    const answer = await api.call(method, target, { body });
    assert.equal(answer.status, 400, `${target} ${answer.text}`);
    assert.match(answer.text, reason);
  }
  assert.equal((await api.call("GET", "/nothing/here")).status, 404);
  const wrongMethod = await api.call("PUT", "/requests");
  assert.deepEqual([wrongMethod.status, wrongMethod.headers.Allow], [405, "POST, GET"]);
});

test("a body of 50 MB is refused with 413, and the next call is answered", async () => {
  const url = await serve(await prepareCluster());
  const large = await read("POST", `${url}/api/requests`, Buffer.alloc(50 * 1024 * 1024, 32)).catch(
    (error: unknown) => ({ status: error instanceof CodedError ? error.code : "?", text: "" }),
  );
  assert.equal(large.status, 413, large.text);
  assert.equal((await read("GET", `${url}/api/requests/ids`)).status, 200);
  const justOver = await read("POST", `${url}/api/requests`, Buffer.alloc(5 * 1024 * 1024, 32));
  assert.equal(justOver.status, 413);
});

test("a scheduler that does not lead passes calls on, bodies and refusals included", async () => {
  const leader = await prepareCluster();
  const leaderUrl = await serve(leader);
  const follower = new ApiFixture({
    context: { engine: () => undefined, leaderUrl: () => leaderUrl, contextPath: "" },
  });
  const url = await serve(follower);
  const scaled = await read(
    "PUT",
    `${url}/api/requests/request/web/scale?user=me`,
    '{"instances":4}',
  );
  assert.equal(scaled.status, 200, scaled.text);
  assert.equal(leader.core.state.records.request.get("web")?.request.instances, 4);
  const refused = await read("PUT", `${url}/api/requests/request/web/scale`, '{"instances":4}');
  assert.deepEqual(refused, {
    status: 400,
    text: "Scale request has no affect on the # of instances (4)",
  });
  const removed = await read("DELETE", `${url}/api/requests/request/web`, '{"message":"bye"}');
  assert.equal(removed.status, 200);
  assert.equal((await read("GET", `${url}/api/openapi.json`)).status, 200);
});

test("without a leader, or with two that take each other for it, the answer is 503", async () => {
  const alone = new ApiFixture({
    context: { engine: () => undefined, leaderUrl: () => undefined },
  });
  assert.equal((await alone.call("GET", "/requests")).status, 503);
  const full = new ApiFixture({
    context: {
      engine: () => undefined,
      leaderUrl: () => undefined,
      storeTrouble: () => "/var/scheduler.db: the disk that holds it is full",
    },
  });
  assert.equal(
    (await full.call("GET", "/requests")).text.trim(),
    "No scheduler leads at the moment: /var/scheduler.db: the disk that holds it is full; try again in a few seconds",
  );
  const lost = new ApiFixture({
    context: { engine: () => undefined, leaderUrl: () => "http://127.0.0.1:1" },
  });
  assert.match(
    (await lost.call("GET", "/requests")).text,
    /^The leading scheduler at .* did not answer/,
  );
  const ball = await lost.call("GET", "/requests", { headers: { "x-tavola-proxied": "true" } });
  assert.equal(ball.status, 503);
});

test("a store or a database that fails is 503 with the reason; a bug is 500 without", async () => {
  const failing = (error: unknown) => {
    const api = new ApiFixture();
    const engine = { ...api.context.engine(), decide: () => Promise.reject(error) } as never;
    return new ApiFixture({ context: { engine: () => engine } });
  };
  const body = { id: "r", requestType: "WORKER" };
  const away = failing(
    new CodedError("UNAVAILABLE", "the store cannot be reached", {}, { transient: true }),
  );
  const answer = await away.call("POST", "/requests", { body });
  assert.deepEqual([answer.status, answer.text], [503, "the store cannot be reached"]);
  const broken = await failing(new TypeError("secret detail")).call("POST", "/requests", { body });
  assert.equal(broken.status, 500);
  assert.doesNotMatch(broken.text, /secret/);
});

test("whoever waits for a store that takes nothing is told why", async () => {
  const clock = simulatedClock();
  const stuck = { ...new ApiFixture().context.engine(), trouble: "the disk is full" };
  const engine = { ...stuck, decide: () => new Promise(() => {}) } as never;
  const api = new ApiFixture({ context: { engine: () => engine, clock } });
  const answer = api.call("POST", "/requests", { body: { id: "r", requestType: "WORKER" } });
  await clock.advanceSettling(3000);
  const { status, text } = await answer;
  assert.deepEqual([status, text.includes("the disk is full")], [503, true]);
});

test("what tests may force is forced only where an operator allows it", async () => {
  const names = [
    "reconcile",
    "abort",
    "notleader",
    "purge-history",
    "persist-task-history",
    "leader",
  ];
  const strict = new ApiFixture();
  for (const name of names) assert.equal((await strict.call("POST", `/test/${name}`)).status, 403);
  const purged: string[] = [];
  const tests = {
    purgeHistory: async () => {
      purged.push("history");
    },
  };
  const api = new ApiFixture({ context: { allowTestResourceCalls: true, tests } });
  for (const name of names)
    assert.equal((await api.call("POST", `/test/${name}`)).status, 204, name);
  assert.deepEqual(purged, ["history"]);
  assert.equal(api.core.take("reconcile").length, 1);
  assert.deepEqual(
    api.core.take("resign").map(({ reason }) => reason),
    ["a test asked for an abort", "a test asked it not to lead"],
  );
  const failed = await api.call("POST", "/test/exception?message=on%20purpose");
  assert.deepEqual([failed.status, failed.text], [500, "on purpose"]);
});

test("the API answers under any context path, and nothing else", async () => {
  const none = new ApiFixture({ context: { contextPath: "" } });
  const url = await serve(none);
  assert.equal((await read("GET", `${url}/api/requests`)).text, "[]");
  assert.equal((await read("GET", `${url}/api/requests/`)).text, "[]");
  assert.equal((await read("GET", `${url}/apis`)).status, 404);
  assert.equal((await read("HEAD", `${url}/api/requests/request/nothing`)).status, 404);
});

test("the OpenAPI document names every row, and every model that it refers to", async () => {
  const api = new ApiFixture();
  const answer = await api.call("GET", "/openapi.json");
  const document = answer.json<{
    paths: Record<string, Record<string, { operationId: string }>>;
    components: { schemas: object };
  }>();
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  assert.equal(operations.length, apiRoutes.length);
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  const referred = [...answer.text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(
    ([, name]) => name,
  );
  const missing = referred.filter(
    (name) => name !== undefined && !(name in document.components.schemas),
  );
  assert.deepEqual(missing, []);
});
