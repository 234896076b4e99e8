import assert from "node:assert/strict";
import { test } from "node:test";
import { minuteMs } from "@tavola/base";
import type { Deploy } from "../model/deploy.ts";
import { requestScaled } from "../requests/request-scaled.ts";
import { taskKillAsked } from "../tasks/task-kill-asked.ts";
import { Scenario } from "../testing/scenario.ts";
import { deployRolledBack } from "./deploy-rolled-back.ts";

const checked: Partial<Deploy> = { healthcheck: { uri: "/health" } };
const watched: Partial<Deploy> = {
  ...checked,
  watchAfterSuccessSeconds: 600,
  minimumHealthyShare: 0.6,
};

/** v1, and then v2 as given, both in service in turn. */
function afterTwo(instances: number, v2: Partial<Deploy>): Scenario {
  const s = new Scenario();
  s.start({ id: "web", instances }, { ...checked, env: { VERSION: "1" } });
  s.deploy("web", { id: "v2", ...v2 });
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.active("web"), "v2");
  return s;
}

test("deployRolledBack() puts the deploy before on trial again, beside what runs", () => {
  const s = afterTwo(2, checked);
  s.do((turn) => deployRolledBack(turn, { requestId: "web", user: "ann", message: "errors" }));
  const id = s.pending("web") ?? "";
  assert.match(id, /^v1_rollback_[0-9a-z]{8,}$/);
  assert.deepEqual(s.numbers("web", "v2"), [1, 2]);
  assert.deepEqual(s.numbers("web", id), [1, 2]);
  assert.equal(s.state.records.deploy.get(`web-${id}`)?.deploy.env?.VERSION, "1");
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.active("web"), id);
  assert.deepEqual(s.numbers("web"), [1, 2]);
  const history = s.state.records.outboxDeploy.get(`web-${id}`);
  assert.equal(history?.deployMarker.message, "Rolling back from v2 to v1: errors");
  assert.equal(history?.deployMarker.user, "ann");
});

test("a rollback that fails changes nothing, and can be asked for again", () => {
  const s = afterTwo(1, checked);
  const ask = () => s.do((turn) => deployRolledBack(turn, { requestId: "web" }));
  ask();
  s.fail(s.instance("web", 1, s.pending("web")));
  assert.equal(s.active("web"), "v2");
  assert.deepEqual(s.numbers("web"), [1]);
  s.advance(1);
  ask();
  s.allHealthy();
  assert.match(s.active("web") ?? "", /^v1_rollback_/);
});

test("after a rollback there is no deploy before; history may name one", () => {
  const s = afterTwo(1, checked);
  s.do((turn) => deployRolledBack(turn, { requestId: "web" }));
  s.allHealthy();
  s.obeyKills();
  const refusal = s.refused((turn) => deployRolledBack(turn, { requestId: "web" }));
  assert.equal(refusal.status, 409);
  assert.match(refusal.message, /name one with deployId/);
  const unknown = s.refused((turn) => deployRolledBack(turn, { requestId: "web", deployId: "v9" }));
  assert.equal(unknown.status, 404);
  const fromHistory = s.state.records.outboxDeploy.get("web-v2");
  s.live((turn) => turn.remove("outboxDeploy", "web-v2"));
  s.do((turn) => deployRolledBack(turn, { requestId: "web", deployId: "v2", fromHistory }));

  assert.match(s.pending("web") ?? "", /^v2_rollback_/);
});

test("a deploy that crashes in its watch is rolled back, and history and mail say why", () => {
  const s = afterTwo(2, watched);
  s.advance(minuteMs);
  s.fail(s.instance("web", 1));
  const id = s.pending("web") ?? "";
  assert.match(id, /^v1_rollback_/);
  assert.deepEqual(s.deploysOf("web").rollback?.isAutomatic, true);
  const result = s.result("web", "v2");
  assert.match(result?.message ?? "", /rolled back to v1: 1 of its 2 instances fell within 60 s/);
  assert.equal(s.mails("web").at(-1), "DEPLOY_FAILED");
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.active("web"), id);
  assert.equal(s.deploysOf("web").watch, undefined, "what was rolled back to is not watched");
  assert.deepEqual(s.numbers("web"), [1, 2]);
});

test("one fallen instance of three is borne where 60 % must stay", () => {
  const s = afterTwo(3, watched);
  s.fail(s.instance("web", 2));
  assert.equal(s.pending("web"), undefined);
  s.allHealthy();
  s.fail(s.instance("web", 1));
  assert.equal(s.pending("web"), undefined, "the other is back");
  s.fail(s.instance("web", 3));
  assert.match(s.pending("web") ?? "", /^v1_rollback_/);
});

test("an instance that stops answering counts as fallen", () => {
  const s = afterTwo(2, watched);
  s.unhealthy(s.instance("web", 2));
  assert.match(s.pending("web") ?? "", /^v1_rollback_/);
});

test("the end of a host, a kill by hand and a scale-up are not the deploy's doing", () => {
  const s = afterTwo(2, watched);
  s.report(s.instance("web", 1), "TASK_LOST", "agent removed", "REASON_AGENT_REMOVED");
  s.report(s.instance("web", 2), "TASK_LOST", "agent removed", "REASON_AGENT_REMOVED");
  assert.equal(s.pending("web"), undefined);
  s.allHealthy();
  const { id } = s.instance("web", 1).taskId;
  s.do((turn) => taskKillAsked(turn, { taskId: id, user: "ann" }));
  s.obeyKills();
  s.do((turn) => requestScaled(turn, { requestId: "web", body: { instances: 8 } }));
  assert.equal(s.pending("web"), undefined);
});

test("the watch ends to the millisecond, and without a deploy before there is none", () => {
  const s = afterTwo(1, watched);
  s.advance(10 * minuteMs - 1);
  assert.ok(s.deploysOf("web").watch !== undefined);
  s.advance(1);
  assert.equal(s.deploysOf("web").watch, undefined);
  s.fail(s.instance("web", 1));
  assert.equal(s.pending("web"), undefined);
  const first = new Scenario();
  first.start({ id: "web" }, watched);
  assert.equal(first.deploysOf("web").watch, undefined);
});

/** v2 changed, added and took away fields of the request. */
function afterUpdate(v2: Partial<Deploy> = checked): Scenario {
  const s = new Scenario();
  s.start({ id: "web", instances: 2, group: "ops", rackAffinity: ["r1"] }, checked);
  const before = s.state.records.request.get("web")?.request;
  assert.ok(before !== undefined);
  const { rackAffinity: _gone, ...rest } = before;
  const updatedRequest = { ...rest, instances: 4, group: "dev", skipHealthchecks: false };
  s.deploy("web", { id: "v2", ...v2 }, { updatedRequest });
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.active("web"), "v2");
  assert.deepEqual(s.numbers("web"), [1, 2, 3, 4]);
  return s;
}

const requestOf = (s: Scenario) => s.state.records.request.get("web")?.request;

test("a rollback takes back what the deploy had changed in its request, once it has succeeded", () => {
  const s = afterUpdate();
  s.do((turn) => deployRolledBack(turn, { requestId: "web", user: "ann" }));
  const id = s.pending("web") ?? "";
  assert.equal(requestOf(s)?.instances, 4, "not before it has succeeded");
  assert.deepEqual(s.numbers("web", id), [1, 2]);
  s.allHealthy();
  s.obeyKills();
  assert.equal(s.active("web"), id);
  assert.deepEqual(s.numbers("web"), [1, 2]);
  const { instances, group, rackAffinity, skipHealthchecks } = requestOf(s) ?? {};
  assert.deepEqual(
    { instances, group, rackAffinity },
    {
      instances: 2,
      group: "ops",
      rackAffinity: ["r1"],
    },
  );
  assert.equal(skipHealthchecks, undefined);
  assert.equal(s.events("web").at(-1), "UPDATED");
});

test("a rollback that fails leaves the request as the deploy had made it", () => {
  const s = afterUpdate();
  s.do((turn) => deployRolledBack(turn, { requestId: "web" }));
  s.fail(s.instance("web", 1, s.pending("web")));
  s.obeyKills();
  assert.equal(s.active("web"), "v2");
  assert.equal(requestOf(s)?.group, "dev");
  assert.deepEqual(s.numbers("web"), [1, 2, 3, 4]);
});

test("what somebody has changed since the deploy is not taken back with it", () => {
  const s = afterUpdate();
  s.do((turn) => requestScaled(turn, { requestId: "web", body: { instances: 6 } }));
  s.allHealthy();
  s.do((turn) => deployRolledBack(turn, { requestId: "web" }));
  s.allHealthy();
  s.obeyKills();
  assert.equal(requestOf(s)?.instances, 6);
  assert.equal(requestOf(s)?.group, "ops");
  assert.deepEqual(s.numbers("web"), [1, 2, 3, 4, 5, 6]);
});

test("a scale for a while stays for that while, and reverts to the number before the deploy", () => {
  const s = afterUpdate();
  const body = { instances: 6, durationMillis: 10 * minuteMs };
  s.do((turn) => requestScaled(turn, { requestId: "web", body }));
  s.allHealthy();
  s.do((turn) => deployRolledBack(turn, { requestId: "web" }));
  s.allHealthy();
  s.obeyKills();
  assert.equal(requestOf(s)?.instances, 6);
  assert.equal(requestOf(s)?.group, "ops");
  s.advance(10 * minuteMs);
  s.obeyKills();
  assert.equal(requestOf(s)?.instances, 2);
  assert.deepEqual(s.numbers("web"), [1, 2]);
});

test("a scale that runs out while the rollback is under way is not brought back by it", () => {
  const s = afterUpdate();
  const body = { instances: 6, durationMillis: minuteMs };
  s.do((turn) => requestScaled(turn, { requestId: "web", body }));
  s.allHealthy();
  s.do((turn) => deployRolledBack(turn, { requestId: "web" }));
  s.advance(minuteMs);
  s.allHealthy();
  s.obeyKills();
  assert.equal(requestOf(s)?.instances, 2);
  assert.deepEqual(s.numbers("web"), [1, 2]);
});

test("a watch that rolls back by itself takes the request back as well", () => {
  const s = afterUpdate(watched);
  s.advance(minuteMs);
  for (const number of [1, 2]) s.fail(s.instance("web", number, "v2"));
  assert.match(s.pending("web") ?? "", /^v1_rollback_/);
  s.allHealthy();
  s.obeyKills();
  assert.equal(requestOf(s)?.group, "ops");
  assert.deepEqual(s.numbers("web"), [1, 2]);
});

test("a deploy that failed cannot be gone back to", () => {
  const s = afterTwo(1, checked);
  s.deploy("web", { id: "v3", ...checked });
  s.fail(s.instance("web", 1, "v3"));
  const fromHistory = s.state.records.outboxDeploy.get("web-v3");
  const refusal = s.refused((turn) =>
    deployRolledBack(turn, { requestId: "web", deployId: "v3", fromHistory }),
  );
  assert.deepEqual(refusal, {
    status: 404,
    message: "Request web has no deploy v3 that had succeeded",
  });
});
