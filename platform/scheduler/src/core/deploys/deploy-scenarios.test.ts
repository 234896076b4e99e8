import assert from "node:assert/strict";
import { test } from "node:test";
import { minuteMs, secondMs } from "@tavola/base";
import type { Deploy } from "../model/deploy.ts";
import { requestPaused } from "../requests/request-paused.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { requestScaled } from "../requests/request-scaled.ts";
import { disconnected, subscribed } from "../tasks/reconciliation.ts";
import { Scenario } from "../testing/scenario.ts";
import { deployCancelled } from "./deploy-cancelled.ts";
import { deployPosted } from "./deploy-posted.ts";

const checked: Partial<Deploy> = { healthcheck: { uri: "/health" } };

test("a deploy starts its tasks beside the old ones and takes over once all are healthy", () => {
  const s = new Scenario();
  const emailConfigurationOverrides = { DEPLOY_SUCCEEDED: ["OWNERS"] } as const;
  s.start({ id: "web", instances: 2, emailConfigurationOverrides }, checked);
  s.deploy("web", { id: "v2", ...checked });
  assert.deepEqual(s.numbers("web", "v1"), [1, 2]);
  assert.deepEqual(s.numbers("web", "v2"), [1, 2]);
  s.healthy(s.instance("web", 1, "v2"));
  assert.equal(s.pending("web"), "v2");
  assert.deepEqual(s.cleanups("web", "v1"), []);
  s.healthy(s.instance("web", 2, "v2"));
  assert.equal(s.active("web"), "v2");
  assert.equal(s.pending("web"), undefined);
  assert.deepEqual(s.cleanups("web", "v1"), ["NEW_DEPLOY_SUCCEEDED", "NEW_DEPLOY_SUCCEEDED"]);
  s.obeyKills();
  assert.deepEqual(s.numbers("web"), [1, 2]);
  assert.equal(s.result("web", "v2")?.deployState, "SUCCEEDED");
  assert.equal(s.deploysOf("web").previous?.deployId, "v1");
  assert.deepEqual(s.mails("web"), ["DEPLOY_SUCCEEDED", "DEPLOY_SUCCEEDED"]);
});

test("a deploy whose task ends fails with the words of that end, and only its own tasks go", () => {
  const s = new Scenario();
  s.start({ id: "web", instances: 2 }, checked);
  s.deploy("web", { id: "v2", ...checked });
  const broken = s.instance("web", 2, "v2");
  s.run(broken);
  s.fail(broken, "exited with status 3");
  assert.equal(s.pending("web"), undefined);
  assert.equal(s.active("web"), "v1");
  assert.deepEqual(s.cleanups("web", "v1"), []);
  assert.deepEqual(s.cleanups("web", "v2"), ["DEPLOY_FAILED"]);
  const result = s.result("web", "v2");
  assert.equal(result?.deployState, "FAILED");
  assert.match(result?.message ?? "", /Instance 2 on host4 .* exited with status 3/);
  assert.equal(result?.deployFailures[0]?.reason, "TASK_FAILED_ON_STARTUP");
  s.obeyKills();
  assert.deepEqual(s.numbers("web"), [1, 2]);
  assert.equal(s.state.records.deploy.has("web-v2"), false, "its record is forgotten");
  assert.ok(s.mails("web").includes("DEPLOY_FAILED"));
});

test("a task that is lost with its host is started again and does not fail the deploy", () => {
  const s = new Scenario();
  s.start({ id: "web" }, checked);
  s.deploy("web", { id: "v2", ...checked });
  s.report(s.instance("web", 1, "v2"), "TASK_LOST", "agent removed", "REASON_AGENT_REMOVED");
  assert.equal(s.pending("web"), "v2");
  s.allHealthy();
  assert.equal(s.active("web"), "v2");
});

test("a task whose check gives up fails the deploy", () => {
  const s = new Scenario();
  s.start({ id: "web" }, checked);
  s.deploy("web", { id: "v2", ...checked });
  const task = s.instance("web", 1, "v2");
  s.run(task);
  s.unhealthy(task, "GET /health answered 503 too often");
  const result = s.result("web", "v2");
  assert.equal(result?.deployState, "FAILED");
  assert.equal(result?.deployFailures[0]?.reason, "TASK_FAILED_HEALTH_CHECKS");
  assert.match(result?.message ?? "", /answered 503 too often/);
  assert.equal(s.active("web"), "v1");
});

test("a deploy is OVERDUE to the millisecond, and says which instance it waited for", () => {
  const s = new Scenario();
  s.start({ id: "web", instances: 2 }, checked);
  s.deploy("web", { id: "v2", ...checked });
  s.healthy(s.instance("web", 1, "v2"));
  s.run(s.instance("web", 2, "v2"));
  // 120 s of its own, 45 s to start up, one try of 5 s and 5 s to the next.
  s.advance(175 * secondMs - 1);
  assert.equal(s.pending("web"), "v2");
  s.advance(1);
  const result = s.result("web", "v2");
  assert.equal(result?.deployState, "OVERDUE");
  assert.match(result?.message ?? "", /not all of them became healthy within 2 min 55 s/);
  assert.match(result?.deployFailures[0]?.message ?? "", /Instance 2 on host4 has been running/);
  assert.deepEqual(s.cleanups("web", "v2"), ["DEPLOY_FAILED", "DEPLOY_FAILED"]);
  assert.deepEqual(s.numbers("web"), [1, 2]);
});

test("time without the master does not count against a deploy", () => {
  const s = new Scenario();
  s.start({ id: "web" }, checked);
  s.deploy("web", { id: "v2", ...checked });
  s.advance(minuteMs);
  s.live(disconnected);
  s.advance(10 * minuteMs);
  assert.equal(s.pending("web"), "v2");
  s.live((turn) => subscribed(turn, { frameworkId: "f" }));
  s.advance(minuteMs);
  assert.equal(s.pending("web"), "v2");
  s.advance(2 * minuteMs);
  assert.equal(s.result("web", "v2")?.deployState, "OVERDUE");
});

test("a deploy whose tasks find no place is OVERDUE and says so", () => {
  const s = new Scenario();
  s.start({ id: "web" }, checked);
  s.hasRoom = false;
  s.deploy("web", { id: "v2", ...checked });
  s.advance(3 * minuteMs);
  const result = s.result("web", "v2");
  assert.equal(result?.deployState, "OVERDUE");
  assert.equal(result?.deployFailures[0]?.reason, "TASK_COULD_NOT_BE_SCHEDULED");
  assert.match(result?.message ?? "", /Only 0 of 1 tasks could be launched/);
  assert.deepEqual(s.planned("web"), []);
});

test("a deploy without a check succeeds when its tasks have run for a while", () => {
  const s = new Scenario();
  s.start({ id: "web" }, {});
  s.deploy("web", { id: "v2" });
  s.run(s.instance("web", 1, "v2"));
  s.advance(5 * secondMs - 1);
  assert.equal(s.active("web"), "v1");
  s.advance(1);
  assert.equal(s.active("web"), "v2");
});

test("deployCancelled() ends the trial at once and touches nothing else", () => {
  const s = new Scenario();
  s.start({ id: "web" }, checked);
  s.deploy("web", { id: "v2", ...checked });
  s.do((turn) => deployCancelled(turn, { requestId: "web", deployId: "v2", user: "bob" }));
  assert.equal(s.result("web", "v2")?.deployState, "CANCELED");
  assert.match(s.result("web", "v2")?.message ?? "", /by bob/);
  assert.deepEqual(s.cleanups("web", "v2"), ["DEPLOY_CANCELED"]);
  assert.deepEqual(s.numbers("web"), [1]);
  const again = s.refused((turn) => deployCancelled(turn, { requestId: "web", deployId: "v2" }));
  assert.deepEqual(again, {
    status: 400,
    message: "Request web does not have a pending deploy v2",
  });
});

test("one deploy at a time, and no id twice", () => {
  const s = new Scenario();
  s.start({ id: "web" }, checked);
  s.deploy("web", { id: "v2", ...checked });
  const post = (id: string) =>
    s.refused((turn) => deployPosted(turn, { body: { deploy: { requestId: "web", id } } }));
  assert.equal(post("v3").status, 409);
  assert.match(post("v3").message, /Pending deploy already in progress for web .*v2.*ann/);
  s.allHealthy();
  assert.deepEqual(post("v1"), {
    status: 400,
    message: "Can not deploy a deploy that has already been deployed",
  });
  assert.equal(
    s.refused((turn) => deployPosted(turn, { body: { deploy: { requestId: "no", id: "v1" } } }))
      .message,
    "Couldn't find request with id no",
  );
});

test("a request that is paused during a deploy fails it", () => {
  const s = new Scenario();
  s.start({ id: "web" }, checked);
  s.deploy("web", { id: "v2", ...checked });
  s.do((turn) => requestPaused(turn, { requestId: "web", user: "bob" }));
  assert.equal(s.result("web", "v2")?.deployState, "FAILED");
  assert.match(s.result("web", "v2")?.message ?? "", /PAUSED is not deployable/);
  s.obeyKills();
  assert.deepEqual(s.tasksOf("web"), []);
});

test("a paused request is unpaused by a deploy that succeeds, and paused again by one that fails", () => {
  const s = new Scenario();
  s.start({ id: "web", instances: 2 }, checked);
  s.do((turn) => requestPaused(turn, { requestId: "web" }));
  s.obeyKills();
  const paused = s.refused((turn) =>
    deployPosted(turn, { body: { deploy: { requestId: "web", id: "v2" } } }),
  );
  assert.equal(paused.status, 409);
  s.deploy("web", { id: "v2", ...checked }, { unpauseOnSuccessfulDeploy: true });
  assert.equal(s.stateOf("web"), "DEPLOYING_TO_UNPAUSE");
  assert.deepEqual(s.numbers("web", "v1"), []);
  s.fail(s.instance("web", 1, "v2"));
  assert.equal(s.stateOf("web"), "PAUSED");
  s.obeyKills();
  assert.deepEqual(s.tasksOf("web"), []);
  s.deploy("web", { id: "v3", ...checked }, { unpauseOnSuccessfulDeploy: true });
  s.allHealthy();
  assert.equal(s.stateOf("web"), "ACTIVE");
  assert.deepEqual(s.numbers("web", "v3"), [1, 2]);
});

test("updatedRequest is applied when the deploy succeeds, and not when it fails", () => {
  const s = new Scenario();
  s.start({ id: "web", instances: 1 }, checked);
  const request = { id: "web", requestType: "SERVICE", instances: 3 } as const;
  s.deploy("web", { id: "v2", ...checked }, { updatedRequest: request });
  assert.deepEqual(s.numbers("web", "v2"), [1, 2, 3]);
  const scale = s.refused((turn) =>
    requestScaled(turn, { requestId: "web", body: { instances: 2 } }),
  );
  assert.match(scale.message, /pending deploy that may change the request data/);
  s.fail(s.instance("web", 1, "v2"));
  assert.equal(s.state.records.request.get("web")?.request.instances, 1);
  s.deploy("web", { id: "v3", ...checked }, { updatedRequest: request });
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.state.records.request.get("web")?.request.instances, 3);
  assert.deepEqual(s.numbers("web"), [1, 2, 3]);
});

test("a scale-up during a deploy is waited for: no instance is ended before there is another", () => {
  const s = new Scenario();
  s.start({ id: "web", instances: 2 }, checked);
  s.deploy("web", { id: "v2", ...checked });
  s.do((turn) => requestScaled(turn, { requestId: "web", body: { instances: 4 } }));
  for (const task of s.standing("web")) s.healthy(task);
  assert.equal(s.active("web"), "v1");
  assert.deepEqual(s.numbers("web", "v1"), [1, 2, 3, 4]);
  assert.deepEqual(s.numbers("web", "v2"), [1, 2, 3, 4]);
  s.allHealthy();
  assert.equal(s.active("web"), "v2");
});

test("a first deploy that fails leaves nothing, and the next one may succeed", () => {
  const s = new Scenario();
  s.do((turn) => requestPosted(turn, { request: { id: "new", requestType: "WORKER" } }));
  s.deploy("new", { id: "v1" });
  s.fail(s.instance("new", 1));
  assert.equal(s.active("new"), undefined);
  assert.deepEqual(s.tasksOf("new"), []);
  s.deploy("new", { id: "v2" });
  s.allHealthy();
  assert.equal(s.active("new"), "v2");
});

test("deploys of jobs succeed at once and start nothing by themselves", () => {
  const s = new Scenario();
  s.do((turn) => requestPosted(turn, { request: { id: "job", requestType: "ON_DEMAND" } }));
  s.deploy("job", { id: "v1" });
  assert.equal(s.active("job"), "v1");
  assert.deepEqual(s.tasksOf("job"), []);
  s.deploy("job", { id: "v2", runImmediately: { runId: "now" } });
  assert.equal(s.active("job"), "v2");
  assert.equal(s.tasksOf("job")[0]?.pendingTask.runId, "now");
});
