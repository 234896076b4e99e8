import assert from "node:assert/strict";
import { test } from "node:test";
import { instant, seededRandom } from "@tavola/base";
import { sampleHistory, sampleRequest, sampleTaskId } from "../../testing/sample-mail.ts";
import { defaultMailSettings } from "../mail/mail-settings.ts";
import { putMail } from "../mail/put-mail.ts";
import { OfferCache } from "../placement/offer-cache.ts";
import { defaultSchedulerConfig, type SchedulerConfig } from "../scheduler-config.ts";
import { createSchedulerState, type SchedulerState } from "../state.ts";
import { Turn } from "../turn.ts";
import { announce } from "./announce.ts";

function newState(): SchedulerState {
  return createSchedulerState(
    new OfferCache({ rackAttribute: "rackid", defaultRackId: "DEFAULT" }),
  );
}

function turnAt(state: SchedulerState, now: number, more: Partial<SchedulerConfig> = {}): Turn {
  const config = { ...defaultSchedulerConfig, ...more };
  return new Turn({ state, config, random: seededRandom(1) }, instant(now));
}

test("announce() puts an update for each hook of its type, under keys in the order of events", () => {
  const state = newState();
  const first = turnAt(state, 999);
  for (const [id, type] of [
    ["a", "TASK"],
    ["b", "TASK"],
    ["c", "DEPLOY"],
  ] as const) {
    first.put("webhook", id, { id, type, uri: "http://h", timestamp: 1 });
  }
  for (const now of [999, 1000, 1000, 10_000]) {
    const turn = turnAt(state, now);
    for (let n = 0; n < 12; n += 1) announce(turn, { type: "TASK", taskId: "t", body: { now, n } });
  }
  const updates = [...state.records.outboxWebhook].filter(([, { webhookId }]) => webhookId === "a");
  assert.equal(updates.length, 48);
  const inOrder = updates.map(([key]) => key);
  assert.deepEqual([...inOrder].sort(), inOrder);
  assert.equal(state.records.outboxWebhook.size, 96);
});

test("announce() does nothing where no hook is of the type", () => {
  const turn = turnAt(newState(), 1000);
  announce(turn, { type: "REQUEST", body: {} });
  assert.deepEqual([turn.changes, turn.effects], [[], []]);
});

const paused = { type: "REQUEST_PAUSED", requestId: "web", request: sampleRequest } as const;

test("putMail() puts nothing that nobody would get", () => {
  const state = newState();
  const mail = { ...defaultMailSettings, destinations: {} };
  for (const turn of [turnAt(state, 1000), turnAt(state, 1000, { mail })]) {
    putMail(turn, paused);
    assert.deepEqual([turn.changes, turn.effects], [[], []]);
  }
  const overridden = turnAt(state, 1000, { mail });
  const emailConfigurationOverrides = { REQUEST_PAUSED: ["OWNERS"] } as const;
  putMail(overridden, { ...paused, request: { ...sampleRequest, emailConfigurationOverrides } });
  assert.equal(overridden.changes.length, 1);
  const disabled = turnAt(newState(), 1000, { mail: defaultMailSettings });
  const action = { type: "SEND_EMAIL", message: "no", automaticallyClearable: false } as const;
  disabled.put("disabledAction", "SEND_EMAIL", action);
  putMail(disabled, paused);
  assert.equal(disabled.state.records.outboxMail.size, 0);
});

test("putMail() keeps two of a kind within a millisecond apart, and leaves out health checks' bodies", () => {
  const turn = turnAt(newState(), 1000, { mail: defaultMailSettings });
  const taskId = sampleTaskId(1);
  const result = { taskId, timestamp: 1, statusCode: 500, responseBody: "x".repeat(8192) };
  const history = sampleHistory(taskId, ["TASK_KILLED"]);
  const taskHistory = { ...history, healthcheckResults: Array(10).fill(result) };
  for (let n = 0; n < 3; n += 1)
    putMail(turn, { ...paused, type: "TASK_KILLED_UNHEALTHY", taskHistory });
  const records = [...turn.state.records.outboxMail.values()];
  assert.equal(records.length, 3);
  assert.equal(records[0]?.at, 1000);
  const kept = records[0]?.taskHistory?.healthcheckResults ?? [];
  assert.deepEqual([kept.length, kept[0]?.responseBody?.length], [1, 512]);
});
