/**
 * Ids and names that people, agents and other services choose become keys of records: each is bounded
 * where it comes in, because the store could only end the scheduler.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { finishTurn } from "../core/finish-turn.ts";
import { offersReceived } from "../core/placement/offers-received.ts";
import { offerOf } from "../core/placement/testing/offers.ts";
import { recordKinds } from "../core/records.ts";
import { statusUpdated } from "../core/tasks/status-updated.ts";
import { encodeWrites } from "../store/encoded-write.ts";
import type { Answer, ApiFixture } from "./testing/api-fixture.ts";
import { prepareCluster } from "./testing/sample-cluster.ts";

type Door = readonly [name: string, call: (api: ApiFixture, id: string) => Promise<Answer>];

const posts =
  (target: string, bodyOf: (id: string) => object): Door[1] =>
  (api, id) =>
    api.call("POST", target, { body: bodyOf(id) });

const inPath =
  (method: string, pathOf: (id: string) => string): Door[1] =>
  (api, id) =>
    // As whoever calls would have to spell it: half a character cannot be in a path.
    api.call(method, pathOf(encodeURIComponent(id.toWellFormed())), { body: {} });

/** Where an id that is not known yet may come in, and what it is called in the sentence that refuses a long one. */
const doors: Readonly<Record<string, Door>> = {
  "a request": ["Request id", posts("/requests", (id) => ({ id, requestType: "SERVICE" }))],
  "a deploy": [
    "Deploy id",
    posts("/deploys", (id) => ({ deploy: { requestId: "web", id, command: "run" } })),
  ],
  "a run": ["RunId", posts("/requests/request/on-demand-idle/run", (runId) => ({ runId }))],
  "a run of a deploy": [
    "RunId",
    posts("/deploys", (runId) => ({
      deploy: {
        ...{ requestId: "on-demand-idle", id: "d2", command: "run" },
        runImmediately: { runId },
      },
    })),
  ],
  "a group": ["Id", posts("/groups", (id) => ({ id, requestIds: [] }))],
  "a webhook": ["uri", posts("/webhooks", (id) => ({ uri: `http://hook/${id}`, type: "TASK" }))],
  "a user": [
    "User ID",
    (api, id) =>
      api.call("POST", `/users/settings?user=${encodeURIComponent(id.toWellFormed())}`, {
        body: { starredRequestIds: ["web"] },
      }),
  ],
  "a host": ["name of a host", inPath("POST", (id) => `/inactive?host=${id}`)],
  "a request to leave in peace": ["requestId", inPath("POST", (id) => `/shuffle/blacklist/${id}`)],
  "an agent": ["agentId", inPath("POST", (id) => `/agents/agent/${id}/freeze`)],
  "a rack": ["rackId", inPath("POST", (id) => `/racks/rack/${id}/freeze`)],
  "a task": ["taskId", inPath("DELETE", (id) => `/tasks/task/${id}`)],
};

/** Fails where a record could not be kept. */
function assertKept({ core }: ApiFixture): void {
  for (const kind of recordKinds) {
    encodeWrites([...core.state.records[kind]].map(([key, value]) => ({ kind, key, value })));
  }
}

const odd = {
  "no characters": "",
  "half a character": "torn\ud800",
  "U+0000": "nul\u0000",
  dots: "..",
  "a slash": "a/b",
  "characters of four bytes": "\u{1f600}".repeat(45),
};

for (const [what, [name, call]] of Object.entries(doors)) {
  test(`the id of ${what} that nothing could be filed under is refused in words`, async () => {
    const api = await prepareCluster();
    const answer = await call(api, "x".repeat(3000));
    assert.equal(answer.status, 400, answer.text.slice(0, 200));
    assert.ok(answer.text.includes(name), answer.text.slice(0, 200));
    assertKept(api);
  });

  test(`whatever the id of ${what} is, what is taken can be kept`, async () => {
    const api = await prepareCluster();
    for (const [kind, id] of Object.entries(odd)) {
      const { status, text } = await call(api, id);
      assert.ok(status < 500, `${kind}: ${status} ${text}`);
      assertKept(api);
    }
  });
}

test("a run's id that databases cannot keep is refused", async () => {
  const api = await prepareCluster();
  for (const runId of ["nul\u0000", "torn\ud800"]) {
    const answer = await api.call("POST", "/requests/request/on-demand-idle/run", {
      body: { runId },
    });
    assert.equal(answer.status, 400);
    assert.match(answer.text, /^RunId must be a text without U\+0000/);
  }
});

test("names with U+0000, which databases refuse, are refused before these are asked", async () => {
  const api = await prepareCluster();
  for (const [target, text] of [
    ["/history/request/web/run/r%00", "runId has U+0000 in it, as no name has"],
    ["/history/tasks?host=h%00", "query parameter host has U+0000 in it, as no name has"],
  ] as const) {
    const answer = await api.call("GET", target);
    assert.deepEqual([answer.status, answer.text], [400, text]);
  }
});

test("a rack without a name is the default one", async () => {
  const api = await prepareCluster();
  api.core.turn((turn) => offersReceived(turn, [offerOf({ attributes: { rackid: "" } })]));
  assert.equal(api.core.state.records.agent.get("a1")?.rackId, "DEFAULT");
  assertKept(api);
});

test("the longest ids that may be set, on an agent whose names have no end, make keys", async () => {
  const [request, deploy, user] = ["r", "d", "u"].map((letter) => letter.repeat(500));
  const long = 500;
  const config = { maxRequestIdSize: long, maxDeployIdSize: long, maxUserIdSize: long };
  const api = await prepareCluster({ config });
  const { core } = api;
  const answers = [
    await api.call("POST", `/requests?user=${user}`, {
      body: { id: request, requestType: "SERVICE" },
    }),
    await api.call("POST", "/deploys", {
      body: { deploy: { requestId: request, id: deploy, command: "run" } },
    }),
    await api.call("POST", `/users/settings?user=${user}`, { body: { starredRequestIds: [] } }),
    await api.call("POST", "/webhooks", {
      body: { uri: `http://hook/${"h".repeat(1970)}`, type: "TASK" },
    }),
  ];
  assert.deepEqual(
    answers.map(({ status, text }) => (status < 300 ? "taken" : text)),
    answers.map(() => "taken"),
  );
  const live = (what: Parameters<typeof core.turn>[0]): void => {
    core.turn((turn) => {
      what(turn);
      finishTurn(turn);
    });
    assertKept(api);
  };
  const attributes = { rackid: "\u{1f600}".repeat(5000) };
  core.state.link.connected = true;
  live((turn) => {
    offersReceived(turn, [offerOf({ host: `half ${"\u{1f600}".repeat(5000)}`, attributes })]);
  });
  const [task] = core.tasksOf(request as string);
  assert.ok(task !== undefined, "nothing was launched");
  live((turn) =>
    statusUpdated(turn, { taskId: task.taskId.id, state: "TASK_FAILED", timestamp: core.now }),
  );
  assert.ok(core.state.records.outboxTask.has(task.taskId.id));
  assert.ok(core.state.records.outboxWebhook.size > 0);
});
