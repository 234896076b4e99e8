import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleHistory, sampleRequest, sampleTaskId } from "../../testing/sample-mail.ts";
import type { WebhookUpdateRecord } from "../records.ts";
import { formatWebhookBody } from "./webhook-body.ts";
import { droppedOnFailure, webhookAddress } from "./webhook-rules.ts";
import { defaultWebhookSettings as settings } from "./webhook-settings.ts";

const update: WebhookUpdateRecord = {
  webhookId: "hook",
  type: "TASK",
  at: 1,
  requestId: "web",
  deployId: "d.1",
  taskId: "web-d.1-1-1-host-rack",
  body: {},
};

test("webhookAddress() fills in every placeholder, wherever it stands and however often", () => {
  const uri = "http://h/$REQUEST_ID/$DEPLOY_ID?task=$TASK_ID&again=$REQUEST_ID&all=$REQUEST_IDS";
  assert.equal(
    webhookAddress(uri, update),
    "http://h/web/d.1?task=web-d.1-1-1-host-rack&again=web&all=webS",
  );
});

test("webhookAddress() leaves what it has no value for, and lets no value become a parameter", () => {
  const { taskId: _, deployId: __, ...request } = update;
  assert.equal(
    webhookAddress("http://h/$TASK_ID?d=$DEPLOY_ID", request),
    "http://h/$TASK_ID?d=$DEPLOY_ID",
  );
  const access: WebhookUpdateRecord = {
    ...request,
    type: "ELEVATED_ACCESS",
    body: { user: "jo&admin=1 $&", scope: "WRITE" },
  };
  assert.equal(
    webhookAddress("http://h/?u=$USER_ID&s=$SCOPE", access),
    "http://h/?u=jo%26admin%3D1%20%24%26&s=WRITE",
  );
  assert.equal(webhookAddress("http://h/?u=$USER_ID", update), "http://h/?u=$USER_ID");
});

test("droppedOnFailure() drops the oldest beyond fifty, and what is older than a week", () => {
  const dayMs = 86_400_000;
  const fresh = (count: number) => Array(count).fill(100 * dayMs);
  const now = 100 * dayMs;
  assert.equal(droppedOnFailure(settings, fresh(50), now), 0);
  assert.equal(droppedOnFailure(settings, fresh(53), now), 3);
  assert.equal(droppedOnFailure(settings, [92 * dayMs, 93 * dayMs, now], now), 1);
  assert.equal(droppedOnFailure(settings, [1, 2], now), 2);
  assert.equal(droppedOnFailure(settings, [], now), 0);
  const patient = { queuedMax: 0, undeliverableAfterMs: 0 };
  assert.equal(droppedOnFailure(patient, Array(1000).fill(0), now), 0);
});

test("formatWebhookBody() writes each type as its model", () => {
  const history = sampleHistory(sampleTaskId(1), ["TASK_RUNNING"]);
  const bodies: readonly Pick<WebhookUpdateRecord, "type" | "body">[] = [
    { type: "REQUEST", body: { createdAt: 1, eventType: "PAUSED", request: sampleRequest } },
    {
      type: "DEPLOY",
      body: {
        deployMarker: { requestId: "web", deployId: "d", timestamp: 1 },
        eventType: "STARTING",
      },
    },
    { type: "TASK", body: { task: history.task, taskUpdate: history.taskUpdates[0] } },
    { type: "CRASHLOOP", body: { requestId: "web", deployId: "d", start: 1, type: "OOM" } },
    {
      type: "ELEVATED_ACCESS",
      body: { user: "jo", requestId: "web", scope: "WRITE", createdAt: 1 },
    },
  ];
  const texts = bodies.map((body) => JSON.parse(formatWebhookBody({ ...update, ...body })));
  assert.equal(texts[0].eventType, "PAUSED");
  assert.equal(texts[0].request.id, "web");
  assert.equal(texts[1].deployMarker.deployId, "d");
  assert.equal(texts[2].taskUpdate.taskState, "TASK_RUNNING");
  assert.equal(texts[2].task.taskId.requestId, "web");
  assert.equal(texts[3].type, "OOM");
  assert.equal(texts[4].scope, "WRITE");
});
