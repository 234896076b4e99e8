/**
 * Calls that are refused for what they name or say, in words: those that Singularity's OpenAPI file does
 * not have, and sentences that no other test asks for.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskCleanup, TaskRequest } from "../core/model/task.ts";
import { apiRoutes } from "./routes.ts";
import { ApiFixture } from "./testing/api-fixture.ts";
import { jobOf, prepareCluster, taskOf } from "./testing/sample-cluster.ts";

type Refusal = readonly [
  method: string,
  target: string,
  body: object,
  status: number,
  text: RegExp,
];

const refusals: readonly Refusal[] = [
  ["POST", "/requests/request/none/rollback", {}, 404, /^Couldn't find request with id none$/],
  ["POST", "/requests/request/web/rollback", {}, 409, /no deploy known .* name one with deployId$/],
  [
    ...(["POST", "/requests/request/web/rollback", { deployId: "d1" }, 409] as const),
    /^Deploy d1 of request web is the active one already$/,
  ],
  [
    ...(["POST", "/requests/request/web/rollback", { deployId: "d0" }, 404] as const),
    /^Request web has no deploy d0 that had succeeded$/,
  ],
  ["GET", "/requests/request/none/why", {}, 404, /none/],
  [
    ...(["POST", "/deploys/deploy/d2/request/none/acceptance"] as const),
    ...([{ name: "smoke", result: "SUCCEEDED" }, 404] as const),
    /^Couldn't find request with id none$/,
  ],
  [
    ...(["POST", "/deploys/deploy/d2/request/web/acceptance"] as const),
    ...([{ name: "smoke", result: "SUCCEEDED" }, 400] as const),
    /^Request web does not have a pending deploy d2$/,
  ],
  [
    ...(["POST", "/deploys"] as const),
    {
      deploy: { requestId: "web", id: "d9", command: "run" },
      updatedRequest: { id: "other", requestType: "SERVICE" },
    },
    400,
    /^updatedRequest is of request other, the deploy of web$/,
  ],
  ["GET", "/deploys", {}, 405, /^GET is not understood at .*; it takes POST$/],
  ["GET", "/nothing", {}, 404, /^Nothing is at /],
  ["GET", "/history/request/web/run/none", {}, 404, /none/],
  ["POST", `/tasks/task/${taskOf(1)}/command`, { name: "rm" }, 400, /^Shell command rm not in \[/],
  [
    ...(["POST", `/tasks/task/${taskOf(9)}/command`, { name: "jstack" }, 400] as const),
    /^web-d1-.*-9-.* is not an active task, can't run jstack on it$/,
  ],
  ["POST", "/auth/token", { token: "short" }, 400, /name the user|at least \d+ characters/],
  [
    "POST",
    `/requests/request/${jobOf("job")}/bounce`,
    {},
    400,
    /^Can not bounce a ON_DEMAND request/,
  ],
];

for (const [method, target, body, status, text] of refusals) {
  test(`${method} ${target} ${JSON.stringify(body)} is refused with ${status}`, async () => {
    const api = await prepareCluster();
    const given = method === "GET" ? {} : { body };
    const answer = await api.call(method, target, given);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, text);
  });
}

test("a kill that may not take the place of another is answered with that one, as JSON", async () => {
  const api = await prepareCluster();
  const target = `/tasks/task/${taskOf(1)}`;
  const destroy = { override: true, message: "stuck" };
  assert.equal((await api.call("DELETE", `${target}?user=ann`, { body: destroy })).status, 200);
  const answer = await api.call("DELETE", target, { body: {} });
  assert.equal(answer.status, 409);
  const { cleanupType, user, message } = answer.json<TaskCleanup>();
  assert.deepEqual(
    { cleanupType, user, message },
    {
      cleanupType: "USER_REQUESTED_DESTROY",
      user: "ann",
      message: "stuck",
    },
  );
});

test("an agent that does not answer is said to be offline, in Singularity's words and ours", async () => {
  const gone = { problem: "unreachable", message: "Cannot connect to host1:5051" } as const;
  const { files } = new ApiFixture().context;
  const api = await prepareCluster({
    context: { files: { ...files, browse: async () => gone, read: async () => gone } },
  });
  for (const target of ["browse", "read?path=stdout"]) {
    const answer = await api.call("GET", `/sandbox/${taskOf(1)}/${target}`);
    assert.deepEqual(
      [answer.status, answer.text.trim()],
      [404, "Slave @ host1 was not found, it is probably offline (Cannot connect to host1:5051)"],
    );
  }
  const nothing = await api.call("GET", `/sandbox/${taskOf(1)}/read`);
  assert.deepEqual([nothing.status, nothing.text.trim()], [400, "Must specify 'path'"]);
});

test("a task that waits is shown with the request that its deploy brings", async () => {
  const api = await prepareCluster();
  const updatedRequest = {
    id: "web",
    requestType: "SERVICE",
    instances: 2,
    owners: ["owner@example.com"],
    requiredAgentAttributes: { disk: "ssd" },
  };
  const deploy = { requestId: "web", id: "d2", command: "run" };
  const posted = await api.call("POST", "/deploys", { body: { deploy, updatedRequest } });
  assert.equal(posted.status, 200, posted.text);
  const waiting = (await api.call("GET", "/tasks/scheduled/request/web")).json<TaskRequest[]>();
  assert.deepEqual(
    waiting.map(({ request }) => request.requiredAgentAttributes),
    [{ disk: "ssd" }, { disk: "ssd" }],
  );
});

test("a result of a check that has no name is refused while its deploy waits for one", async () => {
  const api = await prepareCluster();
  const canaryDeploySettings = { acceptanceMode: "CHECKS", acceptanceChecks: ["smoke"] };
  const deploy = { requestId: "web", id: "d2", command: "run", canaryDeploySettings };
  assert.equal((await api.call("POST", "/deploys", { body: { deploy } })).status, 200);
  const target = "/deploys/deploy/d2/request/web/acceptance";
  const answer = await api.call("POST", target, { body: { name: "", result: "SUCCEEDED" } });
  assert.deepEqual(
    [answer.status, answer.text],
    [400, "name must say which acceptance check this is the result of"],
  );
});

const unknown = {
  requestId: "none",
  deployId: "none",
  taskId: taskOf(9),
  agentId: "none",
  rackId: "none",
} as const;

/** Good enough that only the ids stand in the way. */
const bodies: Readonly<Record<string, object>> = {
  acceptance: { name: "smoke", result: "SUCCEEDED" },
  command: { name: "jstack" },
  groups: { group: "team" },
  metadata: { type: "note", title: "title" },
  priority: { priority: 0.5 },
  scale: { instances: 3 },
};

/** To end what there is not is done already; a right is asked about, and there may be no machine yet. */
const answersAnyway = /\/expiring$|\/auth-check$|\/decommission\/update$/;

for (const { method, path } of apiRoutes) {
  const names = Object.keys(unknown).filter((name) => path.includes(`{${name}}`));
  if (method === "GET" || method === "HEAD" || names.length === 0) continue;
  if (answersAnyway.test(path) || path.startsWith("/test/")) continue;
  test(`${method} ${path} says that it does not know the id`, async () => {
    const api = await prepareCluster();
    const before = new Map(api.core.state.records.request);
    const target = path.replace(/\{(\w+)\}/g, (_, name: keyof typeof unknown) => unknown[name]);
    const body = bodies[path.split("/").at(-1) ?? ""] ?? {};
    const answer = await api.call(method, target, { body });
    const { status, text } = answer;
    assert.ok(status === 404 || (status === 400 && /not an active task/.test(text)), text);
    assert.ok(text.includes(target.includes(taskOf(9)) ? taskOf(9) : "none"), text);
    assert.deepEqual(api.core.state.records.request, before, "nothing has changed");
  });
}
