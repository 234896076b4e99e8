import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs, minuteMs, secondMs } from "@tavola/base";
import type { Deploy } from "../model/deploy.ts";
import { isHealthy } from "../tasks/task-health.ts";
import { taskKillAsked } from "../tasks/task-kill-asked.ts";
import { Scenario } from "../testing/scenario.ts";
import { cooldownExited } from "./cooldown-exited.ts";
import { expiringMadePermanent } from "./expiring-record.ts";
import { healthchecksSkipped } from "./healthchecks-skipped.ts";
import { priorityChanged } from "./priority-changed.ts";
import { requestBounced } from "./request-bounced.ts";
import { requestPaused } from "./request-paused.ts";
import { requestPosted } from "./request-posted.ts";
import { requestRemoved } from "./request-removed.ts";
import { requestScaled } from "./request-scaled.ts";
import { requestUnpaused } from "./request-unpaused.ts";

const checked: Partial<Deploy> = { healthcheck: { uri: "/health" } };
const requestId = "web";

function serving(instances: number, config = {}): Scenario {
  const s = new Scenario(config);
  s.start({ id: requestId, instances }, checked);
  return s;
}

test("requestPosted() creates, updates, and refuses what cannot change", () => {
  const s = serving(1);
  const post = (request: Parameters<typeof requestPosted>[1]["request"]) =>
    s.refused((turn) => requestPosted(turn, { request }));
  assert.deepEqual(post({ id: requestId, requestType: "ON_DEMAND" }), {
    status: 400,
    message: "Request can not change requestType from SERVICE to ON_DEMAND",
  });
  assert.match(post({ id: requestId, requestType: "SERVICE", loadBalanced: true }).message, /load/);
  s.do((turn) => requestPosted(turn, { request: { id: requestId, requestType: "WORKER" } }));
  assert.deepEqual(s.events(requestId), ["CREATED", "UPDATED"]);
});

test("requestScaled() up starts the missing numbers, down ends the highest, and tells who", () => {
  const s = serving(2);
  s.do((turn) => requestScaled(turn, { requestId, user: "ann", body: { instances: 4 } }));
  assert.deepEqual(s.numbers(requestId), [1, 2, 3, 4]);
  assert.equal(s.instance(requestId, 4).pendingTask.pendingTaskId.pendingType, "UPDATED_REQUEST");
  s.allHealthy();
  s.do((turn) =>
    requestScaled(turn, { requestId, user: "bob", body: { instances: 1, message: "quiet" } }),
  );
  assert.deepEqual(s.cleanups(requestId), ["SCALING_DOWN", "SCALING_DOWN", "SCALING_DOWN"]);
  const ended = s.tasksOf(requestId).find(({ cleanup }) => cleanup !== undefined);
  assert.equal(ended?.cleanup?.message, "quiet -- Scaling from 4 -> 1");
  assert.equal(ended?.cleanup?.user, "bob");
  s.obeyKills();
  assert.deepEqual(s.numbers(requestId), [1]);
  assert.equal(s.mails(requestId).filter((type) => type === "REQUEST_SCALED").length, 2);
});

test("requestScaled() refuses what changes nothing and what looks like a slip", () => {
  const s = serving(20);
  const scale = (instances: number, largeScaleDownAcknowledged = false) =>
    s.refused((turn) =>
      requestScaled(turn, { requestId, body: { instances }, largeScaleDownAcknowledged }),
    ).message;
  assert.equal(scale(20), "Scale request has no affect on the # of instances (20)");
  assert.match(scale(9), /Cannot scale down by more than 10 instances at a time/);
  s.do((turn) => requestScaled(turn, { requestId, body: { instances: 11 } }));
  assert.match(scale(4), /more than half of current instances/);
  s.do((turn) =>
    requestScaled(turn, { requestId, body: { instances: 4 }, largeScaleDownAcknowledged: true }),
  );
});

test("a scale for a while is taken back to the millisecond, unless it is made permanent", () => {
  const s = serving(1);
  const body = { instances: 3, durationMillis: minuteMs, message: "sale" };
  s.do((turn) => requestScaled(turn, { requestId, user: "ann", body }));
  s.allHealthy();
  s.advance(minuteMs - 1);
  assert.deepEqual(s.numbers(requestId), [1, 2, 3]);
  s.advance(1);
  assert.deepEqual(s.numbers(requestId), [1]);
  assert.equal(s.events(requestId).at(-1), "SCALE_REVERTED");
  const reverted = [...s.state.records.outboxRequest.values()].at(-1);
  assert.equal(reverted?.message, "Scale expired after 1 min (sale)");
  s.obeyKills();
  s.do((turn) => requestScaled(turn, { requestId, body }));
  s.do((turn) => expiringMadePermanent(turn, { requestId, kind: "scale" }));
  s.allHealthy();
  s.advance(hourMs);
  assert.deepEqual(s.numbers(requestId), [1, 2, 3]);
  const none = s.refused((turn) => expiringMadePermanent(turn, { requestId, kind: "scale" }));
  assert.equal(none.status, 404);
});

test("requestPaused() stops everything, requestUnpaused() starts it again", () => {
  const s = serving(2);
  s.do((turn) => requestPaused(turn, { requestId, user: "ann" }));
  assert.deepEqual(s.cleanups(requestId), ["PAUSE", "PAUSE"]);
  s.obeyKills();
  assert.deepEqual(s.tasksOf(requestId), []);
  assert.equal(s.refused((turn) => requestPaused(turn, { requestId })).status, 409);
  assert.equal(s.refused((turn) => requestBounced(turn, { requestId })).status, 409);
  s.do((turn) => requestUnpaused(turn, { requestId, body: { skipHealthchecks: true } }));
  assert.deepEqual(s.numbers(requestId), [1, 2]);
  assert.equal(s.instance(requestId, 1).pendingTask.skipHealthchecks, true);
  assert.deepEqual(
    s.refused((turn) => requestUnpaused(turn, { requestId })),
    {
      status: 409,
      message: "Request web is not in PAUSED state, it is in ACTIVE",
    },
  );
});

test("a pause for a while ends by itself; one that leaves tasks running keeps them as instances", () => {
  const s = serving(2);
  const body = { killTasks: false, durationMillis: minuteMs };
  s.do((turn) => requestPaused(turn, { requestId, body }));
  assert.deepEqual(s.cleanups(requestId), ["PAUSING", "PAUSING"]);
  const before = s.tasksOf(requestId).map(({ taskId }) => taskId.id);
  s.advance(minuteMs);
  assert.equal(s.stateOf(requestId), "ACTIVE");
  assert.deepEqual(
    s.standing(requestId).map(({ taskId }) => taskId.id),
    before,
  );
});

test("a bounce replaces every task once all replacements are healthy", () => {
  const s = serving(3);
  s.advance(1);
  const old = s.tasksOf(requestId).map(({ taskId }) => taskId.id);
  s.do((turn) => requestBounced(turn, { requestId, user: "ann", body: { message: "leak" } }));
  assert.equal(s.cleanups(requestId).length, 3);
  assert.deepEqual(s.numbers(requestId), [1, 2, 3]);
  const again = s.refused((turn) => requestBounced(turn, { requestId }));
  assert.deepEqual(again, { status: 409, message: "web is already bouncing" });
  s.healthy(s.instance(requestId, 1));
  s.healthy(s.instance(requestId, 2));
  assert.deepEqual(s.take("kill"), []);
  s.healthy(s.instance(requestId, 3));
  s.obeyKills();
  assert.equal(s.state.records.requestCleanup.size, 0);
  assert.equal(s.state.records.expiring.size, 0);
  assert.ok(s.tasksOf(requestId).every(({ taskId }) => !old.includes(taskId.id)));
  assert.deepEqual(s.numbers(requestId), [1, 2, 3]);
});

test("an incremental bounce never has more than one task beyond the instances", () => {
  const s = serving(3);
  s.advance(1);
  const old = s.tasksOf(requestId).map(({ taskId }) => taskId.id);
  s.do((turn) => requestBounced(turn, { requestId, body: { incremental: true } }));
  for (let step = 0; step < 3; step += 1) {
    assert.equal(s.tasksOf(requestId).length, 4);
    const arriving = s.standing(requestId).filter((task) => !isHealthy(task));
    assert.equal(arriving.length, 1);
    for (const task of arriving) s.healthy(task);
    s.obeyKills();
  }
  assert.equal(s.tasksOf(requestId).length, 3);
  assert.ok(s.tasksOf(requestId).every(({ taskId }) => !old.includes(taskId.id)));
  assert.equal(s.state.records.requestCleanup.size, 0);
});

test("a bounce that expires leaves the old tasks and takes back what it started", () => {
  const s = serving(2);
  s.advance(1);
  const old = s.tasksOf(requestId).map(({ taskId }) => taskId.id);
  s.do((turn) => requestBounced(turn, { requestId }));
  s.healthy(s.instance(requestId, 1));
  s.advance(hourMs - 1);
  assert.equal(s.state.records.requestCleanup.size, 1);
  s.advance(1);
  s.obeyKills();
  assert.deepEqual(
    s.standing(requestId).map(({ taskId }) => taskId.id),
    old,
  );
  assert.equal(s.tasksOf(requestId).length, 2);
  assert.equal(s.state.records.requestCleanup.size, 0);
  assert.equal(s.tasksOf(requestId)[0]?.state, "TASK_RUNNING");
});

test("a deploy that succeeds during a bounce ends it", () => {
  const s = serving(1);
  s.advance(1);
  s.do((turn) => requestBounced(turn, { requestId }));
  s.deploy(requestId, { id: "v2", ...checked });
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.active(requestId), "v2");
  assert.equal(s.state.records.requestCleanup.size, 0);
  assert.deepEqual(s.numbers(requestId), [1]);
});

test("a scale with a bounce replaces the instances that stay", () => {
  const s = serving(2);
  s.advance(1);
  const old = s.tasksOf(requestId).map(({ taskId }) => taskId.id);
  s.do((turn) => requestScaled(turn, { requestId, body: { instances: 3, bounce: true } }));
  s.allHealthy();
  s.obeyKills();
  s.allHealthy();
  assert.deepEqual(s.numbers(requestId), [1, 2, 3]);
  assert.ok(s.tasksOf(requestId).every(({ taskId }) => !old.includes(taskId.id)));
});

test("requestRemoved() kills first, then forgets, and the same id begins anew", () => {
  const s = serving(2);
  s.deploy(requestId, { id: "v2", ...checked });
  s.do((turn) => requestRemoved(turn, { requestId, user: "ann", body: { message: "old" } }));
  assert.equal(s.stateOf(requestId), "DELETING");
  assert.deepEqual(
    s.refused((turn) =>
      requestPosted(turn, { request: { id: requestId, requestType: "SERVICE" } }),
    ),
    {
      status: 409,
      message: "Request web is currently cleaning. Try again after a few moments",
    },
  );
  s.do((turn) => requestRemoved(turn, { requestId }));
  s.obeyKills();
  assert.equal(s.stateOf(requestId), undefined);
  assert.equal(s.state.records.deploy.size, 0);
  assert.equal(s.state.records.requestDeploys.size, 0);
  assert.deepEqual(s.events(requestId), ["CREATED", "DELETING", "DELETED"]);
  assert.equal(s.result(requestId, "v2")?.deployState, "FAILED");
  s.advance(1);
  // Its history stays, and with it the ids of its deploys.
  s.start({ id: requestId }, { ...checked, id: "v3" });
  assert.deepEqual(s.numbers(requestId), [1]);
});

test("a request whose tasks fail five times in a minute cools down, and comes back", () => {
  const s = serving(1);
  for (let n = 0; n < 5; n += 1) {
    s.advance(secondMs);
    assert.equal(s.stateOf(requestId), "ACTIVE");
    s.fail(s.instance(requestId, 1));
  }
  assert.equal(s.stateOf(requestId), "SYSTEM_COOLDOWN");
  assert.ok(s.mails(requestId).includes("REQUEST_IN_COOLDOWN"));
  assert.deepEqual(s.tasksOf(requestId), []);
  assert.deepEqual(s.planned(requestId), [1]);
  // The first of the five failures is a minute old 56 s after the last.
  s.advance(56 * secondMs - 1);
  assert.equal(s.stateOf(requestId), "SYSTEM_COOLDOWN");
  s.advance(1);
  assert.equal(s.stateOf(requestId), "ACTIVE");
  assert.deepEqual(s.tasksOf(requestId), []);
  s.advance(64 * secondMs);
  assert.deepEqual(s.numbers(requestId), [1]);
  assert.deepEqual(s.events(requestId).slice(-2), ["ENTERED_COOLDOWN", "EXITED_COOLDOWN"]);
});

test("cooldownExited() starts at once, and old failures count no more", () => {
  const s = serving(1);
  for (let n = 0; n < 5; n += 1) s.fail(s.instance(requestId, 1));
  s.advance(secondMs);
  s.do((turn) => cooldownExited(turn, { requestId, user: "ann" }));
  assert.equal(s.stateOf(requestId), "ACTIVE");
  s.fail(s.instance(requestId, 1));
  assert.equal(s.stateOf(requestId), "ACTIVE");
  assert.equal(s.refused((turn) => cooldownExited(turn, { requestId })).status, 409);
});

test("hosts that die and tasks that people kill do not cool a request down", () => {
  const s = serving(1);
  for (let n = 0; n < 6; n += 1) {
    s.report(s.instance(requestId, 1), "TASK_LOST", "agent removed", "REASON_AGENT_REMOVED");
  }
  for (let n = 0; n < 6; n += 1) {
    const { id } = s.instance(requestId, 1).taskId;
    s.do((turn) => taskKillAsked(turn, { taskId: id }));
    s.obeyKills();
  }
  assert.equal(s.stateOf(requestId), "ACTIVE");
});

test("a new deploy is not delayed by cooldown, and ends it", () => {
  const s = serving(1);
  for (let n = 0; n < 5; n += 1) s.fail(s.instance(requestId, 1));
  s.deploy(requestId, { id: "v2", ...checked });
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.active(requestId), "v2");
  assert.equal(s.stateOf(requestId), "ACTIVE");
});

test("priority and skipped checks are taken back as they were", () => {
  const s = serving(1);
  const request = () => s.state.records.request.get(requestId)?.request;
  s.do((turn) =>
    priorityChanged(turn, { requestId, body: { priority: 0.9, durationMillis: minuteMs } }),
  );
  s.do((turn) =>
    healthchecksSkipped(turn, {
      requestId,
      body: { skipHealthchecks: true, durationMillis: 2 * minuteMs },
    }),
  );
  assert.equal(request()?.taskPriorityLevel, 0.9);
  s.advance(minuteMs);
  assert.equal(request()?.taskPriorityLevel, undefined);
  assert.equal(request()?.skipHealthchecks, true);
  s.advance(minuteMs);
  assert.equal(request()?.skipHealthchecks, undefined);
  assert.equal(s.state.records.expiring.size, 0);
});

test("who runs counts as healthy once checks are switched off, and is checked when they are on", () => {
  const s = serving(2);
  s.deploy(requestId, { id: "v2", ...checked });
  s.run(s.instance(requestId, 1, "v2"));
  s.healthy(s.instance(requestId, 2, "v2"));
  s.take("stopHealthcheck");
  const skip = (skipHealthchecks: boolean) =>
    s.do((turn) =>
      healthchecksSkipped(turn, { requestId, user: "ann", body: { skipHealthchecks } }),
    );
  skip(true);
  assert.equal(s.active(requestId), "v2", "the deploy waits for checks no more");
  const last = s.instance(requestId, 1).health?.results.at(-1);
  assert.equal(last?.responseBody, "Healthchecks skipped by ann");
  assert.ok(s.take("stopHealthcheck").length >= 2);
  s.obeyKills();
  s.take("startHealthcheck");
  skip(false);
  assert.equal(s.take("startHealthcheck").length, 2);
  assert.deepEqual(s.numbers(requestId), [1, 2]);
});

test("a bounce is refused where hosts are too few for old and new", () => {
  const s = new Scenario();
  s.start({ id: requestId, instances: 1 }, checked);
  s.do((turn) =>
    requestPosted(turn, {
      request: { id: requestId, requestType: "SERVICE", agentPlacement: "SEPARATE_BY_DEPLOY" },
    }),
  );
  const refusal = s.refused((turn) => requestBounced(turn, { requestId }));
  assert.equal(refusal.status, 400);
  assert.match(refusal.message, /minimum required: 2, current: 0/);
});

test("a pause that expires during a deploy to unpause ends when the deploy fails", () => {
  const s = serving(1);
  s.do((turn) => requestPaused(turn, { requestId, body: { durationMillis: minuteMs } }));
  s.obeyKills();
  s.deploy(requestId, { id: "v2", ...checked }, { unpauseOnSuccessfulDeploy: true });
  s.advance(2 * minuteMs);
  assert.equal(s.stateOf(requestId), "DEPLOYING_TO_UNPAUSE");
  s.fail(s.instance(requestId, 1, "v2"));
  assert.equal(s.stateOf(requestId), "ACTIVE");
  assert.deepEqual(s.numbers(requestId), [1]);
  assert.equal(s.active(requestId), "v1");
});
