import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebhookType } from "../model/enums.ts";
import { Scenario } from "../testing/scenario.ts";
import { groupsUpdated } from "./groups-updated.ts";
import { requestPosted } from "./request-posted.ts";
import { requestRemoved } from "./request-removed.ts";

const requestId = "web";

function hooked(...types: readonly WebhookType[]): Scenario {
  const s = new Scenario();
  s.live((turn) => {
    for (const type of types) {
      turn.put("webhook", type, { id: type, type, uri: "http://hook", timestamp: 0 });
    }
  });
  return s;
}

function told(s: Scenario, type: WebhookType): readonly unknown[] {
  return [...s.state.records.outboxWebhook.values()]
    .filter((update) => update.type === type)
    .map(({ body }) => body);
}

test("REQUEST webhooks are told each thing that history is", () => {
  const s = hooked("REQUEST");
  s.start({ id: requestId });
  s.do((turn) => requestRemoved(turn, { requestId }));
  s.obeyKills();
  const events = told(s, "REQUEST").map((body) => (body as { eventType: string }).eventType);
  assert.deepEqual(events, ["CREATED", "DELETING", "DELETED"]);
});

test("DEPLOY webhooks are told its start and its end, with the result", () => {
  const s = hooked("DEPLOY");
  s.start({ id: requestId });
  const bodies = told(s, "DEPLOY") as {
    eventType: string;
    deployResult?: { deployState: string };
  }[];
  assert.deepEqual(
    bodies.map(({ eventType, deployResult }) => [eventType, deployResult?.deployState]),
    [
      ["STARTING", undefined],
      ["FINISHED", "SUCCEEDED"],
    ],
  );
});

test("CRASHLOOP webhooks are told when a loop begins and when it ends", () => {
  const s = hooked("CRASHLOOP");
  s.start({ id: requestId });
  for (let n = 0; n < 5; n += 1) s.fail(s.instance(requestId, 1));
  s.advance(60_000);
  const bodies = told(s, "CRASHLOOP") as { type: string; end?: number }[];
  assert.deepEqual(
    bodies.map(({ type, end }) => [type, end !== undefined]),
    [
      ["FAST_FAILURE_LOOP", false],
      ["FAST_FAILURE_LOOP", true],
    ],
  );
  assert.equal(s.state.records.crashLoops.get(requestId)?.loops.length, 1);
});

test("two changes within a millisecond are both kept", () => {
  const s = new Scenario();
  const request = { id: requestId, requestType: "SERVICE" } as const;
  s.do((turn) => requestPosted(turn, { request }));
  s.do((turn) => requestPosted(turn, { request: { ...request, instances: 2 } }));
  s.do((turn) => requestPosted(turn, { request: { ...request, instances: 3 } }));
  assert.deepEqual(s.events(requestId), ["CREATED", "UPDATED", "UPDATED"]);
});

test("groupsUpdated() sets what is given and takes away what is not", () => {
  const s = new Scenario();
  s.start({ id: requestId, group: "old", readOnlyGroups: ["all"] });
  s.do((turn) =>
    groupsUpdated(turn, { requestId, body: { group: "new", readWriteGroups: ["ops"] } }),
  );
  const request = s.state.records.request.get(requestId)?.request;
  assert.equal(request?.group, "new");
  assert.deepEqual(request?.readWriteGroups, ["ops"]);
  assert.equal(request?.readOnlyGroups, undefined);
});

test("a deleted request leaves its groups", () => {
  const s = new Scenario();
  s.start({ id: requestId });
  s.live((turn) => turn.put("group", "g", { id: "g", requestIds: [requestId, "other"] }));
  s.do((turn) => requestRemoved(turn, { requestId }));
  s.obeyKills();
  assert.deepEqual(s.state.records.group.get("g")?.requestIds, ["other"]);
});
