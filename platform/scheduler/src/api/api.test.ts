/** What calls do, and how what is wrong with them is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { finishTurn } from "../core/finish-turn.ts";
import { explainRequest } from "../core/placement/explain-request.ts";
import { offersReceived } from "../core/placement/offers-received.ts";
import { offerOf } from "../core/placement/testing/offers.ts";
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
  assert.match(late.text, /"cleanupType":"USER_REQUESTED_DESTROY"/);
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

test("why a request does not run is answered in full, by a model that the OpenAPI document has", async () => {
  const api = await prepareCluster();
  const { core } = api;
  core.state.link.connected = true;
  core.addService(
    { id: "large" },
    { resources: { cpus: 99, memoryMb: 1, diskMb: 0, numPorts: 0 } },
  );
  core.turn((turn) => {
    offersReceived(turn, [offerOf({ attributes: { rackid: "r1" } })]);
    turn.dirty("large");
    finishTurn(turn);
  });
  for (const id of ["large", "web", jobOf("waiting")]) {
    const why = await api.call("GET", `/requests/request/${id}/why`);
    const explained = explainRequest(core.state, core.config, id, core.now);
    assert.deepEqual(why.json(), JSON.parse(JSON.stringify(explained)));
  }
  const large = explainRequest(core.state, core.config, "large", core.now);
  assert.equal(large?.pendingTasks[0]?.report?.nearest?.rule, "CPUS");
  const document = (await api.call("GET", "/openapi.json")).json<{
    readonly paths: Record<string, { readonly get: { readonly responses: object } }>;
  }>();
  const path = "/singularity/api/requests/request/{requestId}/why";
  assert.match(JSON.stringify(document.paths[path]?.get.responses), /schemas\/RequestExplanation"/);
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
