/** Who may do what: every call is made by nobody, by a stranger, and by an admin; and the rules themselves. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { User } from "../core/model/operations.ts";
import type { Request } from "../core/model/request.ts";
import { type AuthSettings, defaultAuthSettings } from "./auth/auth-settings.ts";
import { groupChangeSentence, requestSentence } from "./auth/authorize.ts";
import type { Route } from "./route.ts";
import { apiRoutes } from "./routes.ts";
import type { Answer, ApiFixture } from "./testing/api-fixture.ts";
import { jobOf, prepareCluster, taskOf } from "./testing/sample-cluster.ts";

const people: AuthSettings["users"] = {
  ops: { groups: ["ops", "staff"], scopes: ["SINGULARITY_ADMIN"] },
  stranger: { groups: ["elsewhere"] },
  writer: { groups: ["team", "staff"], scopes: ["SINGULARITY_WRITE"] },
  readingOnly: { groups: ["team", "staff"], scopes: ["SINGULARITY_READONLY"] },
  lurker: { groups: ["lurkers", "staff"], scopes: ["SINGULARITY_READONLY"] },
};

const settings: Partial<AuthSettings> = {
  enabled: true,
  authenticators: ["HEADER_PASSTHROUGH"],
  adminGroups: ["ops"],
  requiredGroups: ["staff"],
  users: people,
};

const groups = { group: "team", readOnlyGroups: ["lurkers"] };

async function cluster(auth: Partial<AuthSettings> = {}): Promise<ApiFixture> {
  const api = await prepareCluster({
    auth: { ...settings, ...auth },
    context: { allowTestResourceCalls: true },
  });
  const known = api.core.state.records.request.get("web");
  if (known !== undefined) {
    const request = { ...known.request, ...groups };
    api.core.state.records.request.set("web", { ...known, request });
  }
  return api;
}

const values: Readonly<Record<string, string>> = {
  requestId: "web",
  deployId: "d1",
  taskId: taskOf(1),
  agentId: "agent-host1",
  slaveId: "agent-host1",
  rackId: "r1",
  requestGroupId: "team",
  type: "LOST_TASKS",
  action: "BOUNCE_REQUEST",
  webhookId: "TASK-http%253A%252F%252Fhook",
  runId: "run-1",
  user: "somebody",
  userId: "ops",
  commandName: "jstack",
  commandTimestamp: "1",
  taskState: "TASK_RUNNING",
  strategy: "GREEDY",
};

/** Good enough that only rights stand in the way. */
const bodies: Readonly<Record<string, unknown>> = {
  "POST /requests": { id: "web", requestType: "SERVICE", instances: 2, ...groups },
  "POST /deploys": { deploy: { requestId: "web", id: "d7", command: "run" } },
  "POST /deploys/update": { requestId: "web", deployId: "d1", targetActiveInstances: 1 },
  "POST /groups": { id: "mine", requestIds: ["web"] },
};

function callOf(
  api: ApiFixture,
  { method, path }: Route,
  user: string | undefined,
): Promise<Answer> {
  const pending =
    [...api.core.state.records.pendingTask.keys()].find((id) => id.startsWith(jobOf("waiting"))) ??
    "";
  const filled = path
    .replace(/\{(pendingTaskId|scheduledTaskId)\}/, pending)
    .replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "MISSING");
  const query = "host=h9&path=/sandbox/1/stdout&agentHostname=host1&webhookId=x&requestIdLike=w";
  const body = bodies[`${method} ${path}`] ?? {};
  const headers = user === undefined ? {} : { "x-username": user };
  return api.call(method, `${filled}?${query}`, { body: method === "GET" ? "" : body, headers });
}

/** Rows that answer strangers: with nothing in it that they may not see, or about themselves only. */
const openToAll = new Set(["GET /auth/user", "GET /openapi.json"]);

describe("every call, without rights", () => {
  for (const row of apiRoutes) {
    const name = `${row.method} ${row.path}`;

    test(`${name} is refused to whoever does not say who he is`, async () => {
      const answer = await callOf(await cluster(), row, undefined);
      if (openToAll.has(name)) assert.equal(answer.status, 200);
      else {
        assert.equal(answer.status, 401, answer.text);
        assert.match(answer.text, /^Unable to authenticate using methods/);
      }
    });

    test(`${name} is refused to a stranger`, async () => {
      const answer = await callOf(await cluster(), row, "stranger");
      if (openToAll.has(name)) assert.equal(answer.status, 200);
      else assert.equal(answer.status, 403, `${answer.status}: ${answer.text.slice(0, 200)}`);
    });

    test(`${name} is refused to a stranger by scopes, too`, async () => {
      const answer = await callOf(await cluster({ mode: "GROUPS_SCOPES" }), row, "stranger");
      if (openToAll.has(name)) assert.equal(answer.status, 200);
      else assert.equal(answer.status, 403, `${answer.status}: ${answer.text.slice(0, 200)}`);
    });

    test(`${name} is never refused to an admin for want of rights`, async () => {
      for (const mode of ["GROUPS", "GROUPS_SCOPES"] as const) {
        const answer = await callOf(await cluster({ mode }), row, "ops");
        assert.ok(
          answer.status !== 401 && answer.status !== 403,
          `${answer.status}: ${answer.text}`,
        );
      }
    });
  }
});

describe("a request of a team", () => {
  const writes = [
    "POST /requests/request/{requestId}/bounce",
    "PUT /requests/request/{requestId}/scale",
    "DELETE /tasks/task/{taskId}",
    "POST /deploys",
    "POST /requests",
    "DELETE /requests/request/{requestId}",
    "POST /groups",
  ];
  const reads = [
    "GET /requests/request/{requestId}",
    "GET /tasks/task/{taskId}",
    "GET /sandbox/{taskId}/browse",
    "GET /history/request/{requestId}/tasks",
    "GET /tasks/download",
  ];

  function rowNamed(name: string): Route {
    const row = apiRoutes.find(({ method, path }) => `${method} ${path}` === name);
    assert.ok(row !== undefined, name);
    return row;
  }

  for (const mode of ["GROUPS", "GROUPS_SCOPES"] as const) {
    test(`is written by its group, and only read by readers (${mode})`, async () => {
      for (const name of reads) {
        const answer = await callOf(await cluster({ mode }), rowNamed(name), "lurker");
        assert.equal(answer.status, 200, `${name}: ${answer.text}`);
      }
      for (const name of writes) {
        const refused = await callOf(await cluster({ mode }), rowNamed(name), "lurker");
        assert.equal(refused.status, 403, `${name}: ${refused.text}`);
        const allowed = await callOf(await cluster({ mode }), rowNamed(name), "writer");
        assert.notEqual(allowed.status, 403, `${name}: ${allowed.text}`);
      }
    });
  }

  test("is not written without the scope, though the group is right", async () => {
    const api = await cluster({ mode: "GROUPS_SCOPES" });
    const answer = await callOf(
      api,
      rowNamed("POST /requests/request/{requestId}/bounce"),
      "readingOnly",
    );
    assert.equal(
      answer.text,
      "readingOnly must have one or more scopes to WRITE: [SINGULARITY_WRITE]",
    );
  });

  test("is in no list that a stranger of the house gets", async () => {
    const api = await cluster({ users: { ...people, newcomer: { groups: ["staff"] } } });
    const headers = { "x-username": "newcomer" };
    for (const path of [
      "/requests",
      "/requests/ids",
      "/tasks/active",
      "/tasks/active/ids",
      "/tasks/active/states",
      "/history/requests/search?requestIdLike=w",
      "/requests/batch?id=web",
    ]) {
      const answer = await api.call("GET", path, { headers });
      assert.equal(answer.status, 200, `${path}: ${answer.text}`);
      assert.doesNotMatch(answer.text.replace('"notFound":["web"]', ""), /web/, path);
    }
    const [first] = (await api.call("GET", "/groups", { headers })).json<
      [{ requestIds: string[] }]
    >();
    assert.deepEqual(first.requestIds, []);
  });
});

const request: Request = { id: "r", requestType: "SERVICE", ...groups };
const user = (id: string): User =>
  ({ id, groups: [], scopes: [], ...people[id], authenticated: true }) as User;
const question = (id: string, mode: AuthSettings["mode"] = "GROUPS") => ({
  user: user(id),
  settings: { ...defaultAuthSettings, ...settings, mode },
  request,
});

test("requestSentence() lets in whoever has access just in time, and tells of it", () => {
  const told: string[] = [];
  const jita = {
    ...question("stranger"),
    settings: { ...question("stranger").settings, requiredGroups: [], jitaGroups: ["elsewhere"] },
  };
  const sentence = requestSentence({
    ...jita,
    scope: "WRITE",
    onElevated: (scope) => told.push(scope),
  });
  assert.equal(sentence, undefined);
  assert.deepEqual(told, ["WRITE"]);
});

test("requestSentence() heeds what a request permits to whom", () => {
  const permitted = { ...request, actionPermissions: { team: ["SCALE"] as const } };
  const ask = (action: "SCALE" | "BOUNCE") =>
    requestSentence({
      ...question("writer", "GROUPS_SCOPES"),
      request: permitted,
      scope: "WRITE",
      action,
    });
  assert.equal(ask("SCALE"), undefined);
  assert.equal(ask("BOUNCE"), "BOUNCE not allowed");
});

test("requestSentence() lets a group that may only read not write, whatever else it is called", () => {
  const both = { ...request, readWriteGroups: ["lurkers"] };
  assert.match(
    requestSentence({ ...question("lurker", "GROUPS_SCOPES"), request: both, scope: "WRITE" }) ??
      "",
    /must be part of one or more groups/,
  );
});

test("requestSentence() wants a scope of its own for deploys where an operator names one", () => {
  const ask = (deploy: readonly string[]) => {
    const of = question("writer", "GROUPS_SCOPES");
    const settings = { ...of.settings, scopes: { ...of.settings.scopes, deploy } };
    return requestSentence({ ...of, settings, scope: "DEPLOY" });
  };
  assert.equal(ask([]), undefined);
  assert.equal(ask(["DEPLOYER"]), "writer must have one or more scopes to DEPLOY: [DEPLOYER]");
});

test("groupChangeSentence() lets nobody give a request to a group that is not his", () => {
  const taken = { ...request, group: "others", readWriteGroups: [] };
  const sentence = groupChangeSentence({ ...question("writer"), request: taken, before: request });
  assert.match(sentence ?? "", /must be a member of one or more groups to WRITE r/);
  assert.equal(
    groupChangeSentence({ ...question("ops"), request: taken, before: request }),
    undefined,
  );
  assert.equal(
    groupChangeSentence({ ...question("stranger"), request, before: request }),
    undefined,
  );
});
