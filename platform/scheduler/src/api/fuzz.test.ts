/**
 * Whatever is posted, it is answered: a turn that throws would end the scheduler, and whoever may post
 * could end it. Bodies are made up from the tables that read them, and from anything at all.
 */

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createHttpClient } from "@tavola/host";
import fc from "fast-check";
import { isObject, type Shape } from "../core/model/shape.ts";
import { arbitraryJson } from "../core/model/testing/arbitrary-json.ts";
import type { Route } from "./route.ts";
import { apiRoutes } from "./routes.ts";
import { jobOf, prepareCluster, taskOf } from "./testing/sample-cluster.ts";

const http = createHttpClient();
after(() => http.close());

const requestIds = ["web", jobOf("idle"), jobOf("waiting"), "nothing"];
const known: Readonly<Record<string, readonly string[]>> = {
  requestId: requestIds,
  taskId: [taskOf(1), taskOf(2)],
  agentId: ["agent-host1", "nothing"],
  slaveId: ["agent-host2"],
  rackId: ["r1"],
  action: ["DEPLOY"],
  deployId: ["d1"],
};

function targetOf(path: string, pick: number): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const values = known[name] ?? ["nothing"];
    return values[pick % values.length] ?? "nothing";
  });
}

/** Ids that are known, so that a body gets further than to a 404. */
function aimed(json: unknown, pick: number): unknown {
  if (Array.isArray(json)) return json.map((each) => aimed(each, pick));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      name === "requestId" || (name === "id" && "requestType" in json)
        ? requestIds[pick % requestIds.length]
        : aimed(value, pick),
    ]),
  );
}

const numbers = fc.constantFrom(-1, 0, 1, 2, 3, 0.5, 1e9, Number.MAX_SAFE_INTEGER);

/** Numbers as people mistype them. */
function withNumbers(json: unknown, next: () => number): unknown {
  if (typeof json === "number") return next();
  if (Array.isArray(json)) return json.map((each) => withNumbers(each, next));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, withNumbers(value, next)]),
  );
}

/** The status that it was answered with. */
async function post(row: Route, body: unknown, pick: number): Promise<number> {
  const api = await prepareCluster({ config: { spreadAllAgentsEnabled: true }, context: { http } });
  const target = targetOf(row.path, pick);
  const answer = await api.call(row.method, target, { body });
  assert.ok(answer.status < 500, `${row.method} ${target} ${JSON.stringify(body)}: ${answer.text}`);
  // What was taken is held to the rules again later, when everything that lasts has come to its end.
  for (const ms of [5_000, 3_600_000, 100 * 86_400_000]) {
    api.core.advance(ms);
    const later = await api.call("POST", "/requests/request/web/unpause");
    assert.ok(later.status < 500, `afterwards: ${later.text}`);
    api.touchAll();
    const read = await api.call("GET", "/requests?includeFullRequestData=true");
    assert.equal(read.status, 200);
  }
  return answer.status;
}

/** What is taken as it is; a few fields more may make it something else. */
const bases: Readonly<Record<string, readonly object[]>> = {
  "POST /requests": [
    { id: "web", requestType: "SERVICE", instances: 2 },
    { id: "fresh", requestType: "WORKER" },
    { id: "fresh", requestType: "SCHEDULED", schedule: "*/5 * * * *" },
    { id: jobOf("waiting"), requestType: "ON_DEMAND" },
    { id: "fresh", requestType: "RUN_ONCE" },
  ],
  "POST /deploys": [
    { deploy: { requestId: "web", id: "v9", command: "run" } },
    { deploy: { requestId: jobOf("idle"), id: "v9", command: "run" } },
  ],
  "PUT /requests/request/{requestId}/scale": [{ instances: 3 }],
  "POST /requests/request/{requestId}/bounce": [{}],
  "POST /requests/request/{requestId}/pause": [{}],
  "POST /requests/request/{requestId}/run": [{}],
  "POST /webhooks": [{ uri: "http://hook", type: "TASK" }],
  "POST /groups": [{ id: "fresh", requestIds: [] }],
  "POST /tasks/task/{taskId}/command": [{ name: "jstack" }],
  "DELETE /tasks/task/{taskId}": [{}],
};

/** The base with two of the other's fields, on every level that both have. */
function mixed(base: unknown, other: unknown, pick: number): unknown {
  if (!isObject(base) || !isObject(other)) return base;
  const names = Object.keys(other).filter((name) => !(name in base));
  const chosen = [0, 1].map((step) => names[(pick * 7 + step * 13) % Math.max(1, names.length)]);
  return Object.fromEntries([
    ...Object.entries(base).map(([name, value]) => [name, mixed(value, other[name], pick)]),
    ...chosen.flatMap((name) => (name === undefined ? [] : [[name, other[name]]])),
  ]);
}

describe("whatever is added to what is taken", () => {
  for (const [name, ofRow] of Object.entries(bases)) {
    const row = apiRoutes.find(({ method, path }) => `${method} ${path}` === name);
    assert.ok(row?.body !== undefined, name);
    const shape = row.body.shape as Shape<never>;

    test(`${name} answers it`, async () => {
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(
          arbitraryJson(shape, 3),
          fc.nat(1000),
          fc.infiniteStream(numbers),
          async (json, pick, stream) => {
            const next = (): number => stream.next().value ?? 0;
            const other = withNumbers(json, next);
            const body = mixed(ofRow[pick % ofRow.length], other, pick);
            if ((await post(row, body, pick)) < 300) taken += 1;
          },
        ),
        { numRuns: 50 },
      );
      // How many are is the dice's (about one in four bounces); were none, nothing was tried here.
      assert.ok(taken > 0, "none of 50 bodies was taken");
    });
  }
});

describe("whatever is posted", () => {
  for (const row of apiRoutes) {
    if (row.body === undefined || row.body.isText === true) continue;
    const shape = row.body.shape as Shape<never>;

    test(`${row.method} ${row.path} answers it`, async () => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryJson(shape, 3),
          fc.nat(20),
          fc.infiniteStream(numbers),
          async (json, pick, stream) => {
            const next = (): number => stream.next().value ?? 0;
            await post(row, withNumbers(aimed(json, pick), next), pick);
          },
        ),
        { numRuns: 12 },
      );
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), fc.nat(3), async (json, pick) => {
          await post(row, json, pick);
        }),
        { numRuns: 6 },
      );
    });
  }
});
