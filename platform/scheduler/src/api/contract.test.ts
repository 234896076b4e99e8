/**
 * Singularity's own OpenAPI file, walked: each of its operations is called with input that is meant to
 * work and with input that is not, and what is answered is held against the models in the file.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Ajv } from "ajv";
import { type JsonSchema, schemaOf } from "../core/model/shape.ts";
import { fileRecord } from "../core/state.ts";
import type { Route } from "./route.ts";
import { Router } from "./router.ts";
import { apiRoutes } from "./routes.ts";
import type { Answer, ApiFixture } from "./testing/api-fixture.ts";
import { jobOf, prepareCluster, taskOf } from "./testing/sample-cluster.ts";

interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<
    Record<
      string,
      { readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> }
    >
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { schemas: Readonly<Record<string, JsonSchema>> };
}

const file = join(import.meta.dirname, "../../testdata/singularity-openapi.json");
const document = JSON.parse(readFileSync(file, "utf8")) as Document;

// The file writes a class of characters without its brackets, and calls a list of ids an object.
document.components.schemas = JSON.parse(
  JSON.stringify(document.components.schemas).replaceAll('"a-zA-Z0-9_-"', '"^[a-zA-Z0-9_-]+$"'),
);
const misdescribed = new Set(["GET /requests/lbcleanup"]);

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, "singularity");

const operations = Object.entries(document.paths)
  .filter(([path]) => path.startsWith("/api/"))
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.slice("/api".length),
      operation,
    })),
  );

const router = new Router(apiRoutes);

function rowOf(method: string, path: string): Route {
  const found = router.find(method, path);
  assert.ok(found.kind === "match", `${method} ${path} is ${found.kind}`);
  return found.match.route;
}

/** What stands for the parameters of paths and for required queries. */
const parameters: Readonly<Record<string, string>> = {
  requestId: "web",
  deployId: "d1",
  taskId: taskOf(1),
  slaveId: "agent-host1",
  rackId: "r1",
  requestGroupId: "team",
  type: "LOST_TASKS",
  action: "BOUNCE_REQUEST",
  webhookId: encodeURIComponent("TASK-http%3A%2F%2Fhook"),
  runId: "run-1",
  user: "somebody",
  userId: "somebody",
  commandName: "jstack",
  commandTimestamp: "1",
  taskState: "TASK_RUNNING",
  host: "host9",
  path: "stdout",
  requestIdLike: "w",
  slaveHostname: "host1",
};

interface ValidCall {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** Before the call. */
  readonly prepare?: (api: ApiFixture) => Promise<unknown> | unknown;
  /** Where 2xx is not what Singularity answers either: nothing of the kind is configured or there. */
  readonly status?: number;
}

const request = (change: object) => ({
  id: "web",
  requestType: "SERVICE",
  instances: 2,
  ...change,
});
const job = { parameters: { requestId: jobOf("job") } };
const pause = (api: ApiFixture) => api.call("POST", "/requests/request/web/pause");
const expiring = (name: string, method: string, body: object) => ({
  prepare: (api: ApiFixture) =>
    api.call(method, `/requests/request/web/${name}`, {
      body: { durationMillis: 60_000, ...body },
    }),
});
const startDeploy = (api: ApiFixture) =>
  api.call("POST", "/deploys", {
    body: { deploy: { requestId: "web", id: "d2", command: "run", deployInstanceCountPerStep: 1 } },
  });
const noArchive = { status: 404 };
const notAllowed = { status: 403 };

/** What each operation needs besides the above in order to work. */
const validCalls: Readonly<Record<string, ValidCall>> = {
  "POST /auth/token": { body: { user: { id: "robot", groups: [], scopes: [] } } },
  "POST /deploys": { body: { deploy: { requestId: "web", id: "d9", command: "run" } } },
  "DELETE /deploys/deploy/{deployId}/request/{requestId}": {
    parameters: { deployId: "d2" },
    prepare: startDeploy,
  },
  "POST /deploys/update": {
    prepare: startDeploy,
    body: { requestId: "web", deployId: "d2", targetActiveInstances: 2 },
  },
  "DELETE /disasters/active/{type}": {
    prepare: (api) => api.call("POST", "/disasters/active/LOST_TASKS"),
  },
  "POST /disasters/disabled-actions/{action}": {
    body: { type: "BOUNCE_REQUEST", message: "not now" },
  },
  "POST /groups": { body: { id: "team2", requestIds: ["web"], metadata: {} } },
  "GET /history/request/{requestId}/run/{runId}": job,
  "POST /logs/search": { body: { taskIds: [] }, ...noArchive },
  "GET /logs/task/{taskId}": noArchive,
  "GET /logs/request/{requestId}": noArchive,
  "GET /logs/request/{requestId}/deploy/{deployId}": noArchive,
  "POST /notifications/subscribe": { body: "me@example.com" },
  "POST /notifications/unsubscribe": { body: '"me@example.com"' },
  "GET /priority/freeze": {
    prepare: (api) =>
      api.call("POST", "/priority/freeze", {
        body: { minimumPriorityLevel: 0.1, killTasks: false },
      }),
  },
  "POST /priority/freeze": { body: { minimumPriorityLevel: 0.5, killTasks: false } },
  "DELETE /priority/freeze": {
    prepare: (api) =>
      api.call("POST", "/priority/freeze", {
        body: { minimumPriorityLevel: 0.1, killTasks: false },
      }),
  },
  "POST /racks/rack/{rackId}/activate": {
    prepare: (api) => api.call("POST", "/racks/rack/r1/freeze"),
  },
  "POST /requests": { body: request({ instances: 3 }) },
  "GET /requests/batch": { query: "id=web&id=nothing" },
  "DELETE /requests/request/{requestId}": { body: { message: "not needed any more" } },
  "DELETE /requests/request/{requestId}/bounce": {
    prepare: (api) => api.call("POST", "/requests/request/web/bounce"),
  },
  "POST /requests/request/{requestId}/exit-cooldown": {
    prepare: ({ core: { state, now } }) =>
      fileRecord(state, "request", "web", {
        request: request({}) as never,
        state: "SYSTEM_COOLDOWN",
        timestamp: now,
      }),
  },
  "POST /requests/request/{requestId}/groups": {
    body: { group: "team", readWriteGroups: [], readOnlyGroups: [] },
  },
  "POST /requests/request/{requestId}/groups/auth-check": {
    body: { group: "team", readWriteGroups: [], readOnlyGroups: [] },
  },
  "DELETE /requests/request/{requestId}/pause": expiring("pause", "POST", {}),
  "POST /requests/request/{requestId}/run": {
    parameters: { requestId: jobOf("idle") },
    body: { runId: "mine" },
  },
  "GET /requests/request/{requestId}/run/{runId}": job,
  "PUT /requests/request/{requestId}/scale": { body: { instances: 4 } },
  "DELETE /requests/request/{requestId}/scale": expiring("scale", "PUT", { instances: 4 }),
  "PUT /requests/request/{requestId}/skip-healthchecks": { body: { skipHealthchecks: true } },
  "DELETE /requests/request/{requestId}/skip-healthchecks": expiring("skip-healthchecks", "PUT", {
    skipHealthchecks: true,
  }),
  "PUT /requests/request/{requestId}/skipHealthchecks": { body: { skipHealthchecks: true } },
  "DELETE /requests/request/{requestId}/skipHealthchecks": expiring("skip-healthchecks", "PUT", {
    skipHealthchecks: true,
  }),
  "POST /requests/request/{requestId}/unpause": { prepare: pause },
  "POST /slaves/slave/{slaveId}/activate": {
    prepare: (api) => api.call("POST", "/slaves/slave/agent-host1/freeze"),
  },
  "GET /state/task-reconciliation": noArchive,
  "GET /tasks/download": { parameters: { path: "/sandbox/1/stdout" } },
  "GET /tasks/open": { parameters: { path: "/sandbox/1/stdout" } },
  "GET /tasks/scheduled/task/{pendingTaskId}": { parameters: { pendingTaskId: "PENDING" } },
  "DELETE /tasks/scheduled/task/{scheduledTaskId}": { parameters: { scheduledTaskId: "PENDING" } },
  "GET /tasks/task/{taskId}/cleanup": {
    prepare: (api) => api.call("DELETE", `/tasks/task/${taskOf(1)}`),
  },
  "POST /tasks/task/{taskId}/command": { body: { name: "jstack" } },
  "POST /tasks/task/{taskId}/metadata": { body: { type: "note", title: "seen" } },
  "GET /track/run/{requestId}/{runId}": job,
  "GET /usage/cluster/utilization": noArchive,
  "GET /usage/requests/request/{requestId}": noArchive,
  "POST /users/settings": { body: { starredRequestIds: ["web"] } },
  "POST /users/settings/starred-requests": { body: { starredRequestIds: ["web"] } },
  "DELETE /users/settings/starred-requests": { body: { starredRequestIds: ["web"] } },
  "POST /webhooks": { body: { uri: "http://other", type: "DEPLOY" } },
  ...Object.fromEntries(
    operations
      .filter(({ path }) => path.startsWith("/test/"))
      .map(({ method, path }) => [`${method} ${path}`, notAllowed]),
  ),
};

function targetOf(
  path: string,
  { parameters: needed = [] }: Operation,
  values: Readonly<Record<string, string>>,
  query = "",
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "MISSING");
  const asked = needed
    .filter((each) => each.in === "query" && each.required === true)
    .map(
      ({ name }) => `${name}=${encodeURIComponent(decodeURIComponent(values[name] ?? "MISSING"))}`,
    );
  const all = [...asked, ...(query === "" ? [] : [query])].join("&");
  return all === "" ? filled : `${filled}?${all}`;
}

/** What the file says of the answer; else what our row says, by the file's model of that name. */
function checkAnswer(answer: Answer, operation: Operation, row: Route): void {
  const { status } = answer;
  const said = operation.responses[String(status)] ?? operation.responses.default;
  const declared = Object.values(said?.content ?? {})[0]?.schema;
  const isEmpty = declared === undefined || Object.keys(declared).length === 0;
  const own = row.answer && schemaOf(row.answer);
  const schema = isEmpty ? own : declared;
  if (schema === undefined || row.answer === undefined) return;
  if (answer.headers["Content-Type"] !== "application/json") return;
  const inFile = JSON.parse(
    JSON.stringify(schema).replaceAll("#/components", "singularity#/components"),
  ) as JsonSchema;
  const missing = [...JSON.stringify(inFile).matchAll(/schemas\/(\w+)"/g)].some(
    ([, name = ""]) => document.components.schemas[name] === undefined,
  );
  if (missing) return;
  const isValid = ajv.compile(inFile);
  const json: unknown = answer.json();
  assert.ok(isValid(json), `${ajv.errorsText(isValid.errors)}\n${answer.text.slice(0, 800)}`);
}

describe("every operation of Singularity's OpenAPI file", () => {
  let api: ApiFixture;

  before(() => assert.ok(operations.length > 170, `the file has ${operations.length} operations`));
  after(() => api.context.http.close());

  for (const { method, path, operation } of operations) {
    const name = `${method} ${path}`;

    test(`${name} answers as the model has it`, async () => {
      api = await prepareCluster();
      const row = rowOf(method, path);
      const valid = validCalls[name] ?? {};
      await valid.prepare?.(api);
      const pending = [...api.core.state.records.pendingTask.keys()].find((id) =>
        id.startsWith(jobOf("waiting")),
      );
      const values = { ...parameters, ...valid.parameters };
      const target = targetOf(path, operation, values, valid.query).replace(
        "PENDING",
        pending ?? "",
      );
      const { body } = valid;
      const answer = await api.call(method, target, body === undefined ? {} : { body });
      const wanted = valid.status ?? row.status ?? (row.answer === undefined ? 204 : 200);
      const isStreamed = path === "/tasks/download" || path === "/tasks/open";
      assert.equal(
        answer.status,
        isStreamed ? 200 : wanted,
        `${target}: ${answer.text.slice(0, 300)}`,
      );
      if (answer.status < 300 && !misdescribed.has(name)) checkAnswer(answer, operation, row);
    });

    test(`${name} refuses what is not meant to work, and says why`, async () => {
      api = await prepareCluster();
      const answer = await callWrongly(method, path, operation);
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}: ${answer.text}`);
      assert.match(answer.headers["Content-Type"] ?? "", /^text\/plain/);
      assert.ok(answer.text.length > 5, "no reason is given");
    });
  }

  /** A wrong body where there is one, else wrong ids, else a wrong query, else no right to it. */
  async function callWrongly(method: string, path: string, operation: Operation): Promise<Answer> {
    const row = rowOf(method, path);
    if (row.body !== undefined && row.body.isText !== true) {
      return api.call(method, targetOf(path, operation, parameters), { body: "[" });
    }
    const unknown = Object.fromEntries(
      Object.keys(parameters).map((key) => [key, "no such thing"]),
    );
    const wrong = await api.call(
      method,
      targetOf(path, operation, unknown).replaceAll(" ", "%20"),
      { body: "" },
    );
    if (wrong.status >= 400) return wrong;
    const numbers = Object.entries(row.query ?? {}).find(
      ([, { shape }]) => shape.schema.type === "integer" || shape.schema.type === "boolean",
    );
    if (numbers !== undefined) {
      const target = targetOf(path, operation, parameters, `${numbers[0]}=nonsense`);
      return api.call(method, target);
    }
    const strict = await prepareCluster({
      auth: { enabled: true, adminGroups: ["ops"], requiredGroups: ["staff"], users: {} },
    });
    const target = targetOf(path, operation, parameters, "user=stranger");
    const refused = await strict.call(method, target);
    // Anybody may ask who he is; but not everything may be done there.
    return refused.status >= 400 ? refused : strict.call("PUT", target);
  }
});

test("there is a row for each operation, and no two rows are the same", () => {
  const names = apiRoutes.map(({ method, path }) => `${method} ${path}`);
  assert.equal(new Set(names).size, names.length);
  for (const { method, path } of operations) rowOf(method, path);
});
