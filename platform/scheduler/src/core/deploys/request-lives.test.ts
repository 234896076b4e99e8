/**
 * Random lives of a request: people scale, deploy, bounce, pause and delete, tasks run, fail and are
 * lost, in any order and at any time. Whatever happens, some things hold at every moment, and in the end
 * what is wanted is what runs.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs } from "@tavola/base";
import * as fc from "fast-check";
import { defaultAnnounceSettings } from "../announce/announce-settings.ts";
import { mayBeAnnounced } from "../announce/announced-tasks.ts";
import { taskWithdrawn } from "../announce/drain-task.ts";
import { requestRules } from "../finish-turn.ts";
import type { DeployRequest } from "../model/actions.ts";
import type { Deploy } from "../model/deploy.ts";
import type { TaskCleanupType } from "../model/enums.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { cooldownExited } from "../requests/cooldown-exited.ts";
import { healthchecksSkipped } from "../requests/healthchecks-skipped.ts";
import { instancesOf } from "../requests/long-running.ts";
import { requestBounced } from "../requests/request-bounced.ts";
import { requestPaused } from "../requests/request-paused.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { requestRemoved } from "../requests/request-removed.ts";
import { requestScaled } from "../requests/request-scaled.ts";
import { requestUnpaused } from "../requests/request-unpaused.ts";
import { isHealthy } from "../tasks/task-health.ts";
import { taskKillAsked } from "../tasks/task-kill-asked.ts";
import { Scenario } from "../testing/scenario.ts";
import { deployCancelled } from "./deploy-cancelled.ts";
import { deployPosted } from "./deploy-posted.ts";
import { deployRolledBack } from "./deploy-rolled-back.ts";
import { pendingDeployUpdated } from "./pending-deploy-updated.ts";

const requestId = "web";

interface Step {
  readonly deed: Deed;
  /** Which task, how many, how long: as the deed reads it. */
  readonly n: number;
}

let deployNumber = 0;

function nthTask(s: Scenario, n: number): TaskRecord | undefined {
  const tasks = s.tasksOf(requestId);
  return tasks[n % Math.max(1, tasks.length)];
}

function deploy(s: Scenario, more: Partial<Deploy>, asked: Partial<DeployRequest> = {}): void {
  deployNumber += 1;
  const whole: Deploy = {
    requestId,
    id: `v${deployNumber}`,
    command: "serve",
    healthcheck: { uri: "/" },
    ...more,
  };
  s.live((turn) =>
    deployPosted(turn, { body: { deploy: whole, unpauseOnSuccessfulDeploy: true, ...asked } }),
  );
}

/** Each may be refused: then nothing has happened. */
const deeds = {
  post: (s, n) => {
    const request = { id: requestId, requestType: "SERVICE", instances: 1 + (n % 4) } as const;
    s.live((turn) => requestPosted(turn, { request }));
  },
  scale: (s, n) => {
    const body = { instances: 1 + (n % 5), ...(n % 3 === 0 ? { durationMillis: 60_000 } : {}) };
    s.live((turn) => requestScaled(turn, { requestId, body: { ...body, bounce: n % 7 === 0 } }));
  },
  deploy: (s, n) => deploy(s, n % 2 === 0 ? { watchAfterSuccessSeconds: 300 } : {}),
  canary: (s, n) =>
    deploy(s, {
      canaryDeploySettings: {
        enableCanaryDeploy: true,
        instanceGroupSize: 1 + (n % 2),
        allowedTasksFailuresPerGroup: n % 3,
        acceptanceMode: n % 5 === 0 ? "TIMED" : "NONE",
        waitMillisBetweenGroups: 5000,
      },
    }),
  advanceDeploy: (s, n) => {
    const body = { requestId, deployId: s.pending(requestId) ?? "", targetActiveInstances: n % 5 };
    s.live((turn) => pendingDeployUpdated(turn, { body }));
  },
  cancel: (s) => {
    const deployId = s.pending(requestId) ?? "none";
    s.live((turn) => deployCancelled(turn, { requestId, deployId }));
  },
  rollBack: (s) => s.live((turn) => deployRolledBack(turn, { requestId })),
  bounce: (s, n) => {
    const body = { incremental: n % 2 === 0, ...(n % 3 === 0 ? { durationMillis: 20_000 } : {}) };
    s.live((turn) => requestBounced(turn, { requestId, body }));
  },
  skipChecks: (s, n) => {
    const body = {
      skipHealthchecks: n % 2 === 0,
      ...(n % 3 === 0 ? { durationMillis: 9000 } : {}),
    };
    s.live((turn) => healthchecksSkipped(turn, { requestId, body }));
  },
  deployChanging: (s, n) => {
    const updatedRequest = {
      id: requestId,
      requestType: "SERVICE",
      instances: 1 + (n % 4),
    } as const;
    deploy(s, {}, { updatedRequest });
  },
  pause: (s, n) =>
    s.live((turn) => requestPaused(turn, { requestId, body: { killTasks: n % 2 === 0 } })),
  unpause: (s) => s.live((turn) => requestUnpaused(turn, { requestId })),
  remove: (s) => s.live((turn) => requestRemoved(turn, { requestId })),
  exitCooldown: (s) => s.live((turn) => cooldownExited(turn, { requestId })),
  killTask: (s, n) => {
    const taskId = nthTask(s, n)?.taskId.id ?? "";
    s.live((turn) => taskKillAsked(turn, { taskId, waitForReplacementTask: n % 2 === 0 }));
  },
  healthy: (s, n) => withTask(s, n, (task) => s.healthy(task)),
  allHealthy: (s) => s.allHealthy(),
  run: (s, n) => withTask(s, n, (task) => s.run(task)),
  fail: (s, n) => withTask(s, n, (task) => s.fail(task)),
  finish: (s, n) => withTask(s, n, (task) => s.report(task, "TASK_FINISHED")),
  lose: (s, n) =>
    withTask(s, n, (task) => s.report(task, "TASK_LOST", "gone", "REASON_AGENT_REMOVED")),
  fallIll: (s, n) => withTask(s, n, (task) => s.unhealthy(task)),
  obeyKills: (s) => s.obeyKills(),
  wait: (s, n) => s.advance((n % 40) * 5000),
  withdraw: (s, n) =>
    withTask(s, n, ({ taskId }) => s.live((turn) => taskWithdrawn(turn, taskId.id))),
  restart: (s) => s.restart(),
  fill: (s, n) => {
    s.hasRoom = n % 3 !== 0;
  },
} satisfies Record<string, (s: Scenario, n: number) => unknown>;

function withTask(s: Scenario, n: number, what: (task: TaskRecord) => void): void {
  const task = nthTask(s, n);
  if (task !== undefined) what(task);
}

type Deed = keyof typeof deeds;

/** Tasks do more than people ask, and nobody deletes all the time. */
const often: Partial<Record<Deed, number>> = {
  healthy: 8,
  allHealthy: 6,
  obeyKills: 6,
  wait: 5,
  deploy: 4,
  canary: 4,
  rollBack: 3,
  fail: 3,
  remove: 1,
  pause: 1,
};

const deed = fc.oneof(
  ...(Object.keys(deeds) as Deed[]).map((name) => ({
    arbitrary: fc.constant(name),
    weight: often[name] ?? 2,
  })),
);

const steps = fc.array(fc.record({ deed, n: fc.nat(1000) }), {
  minLength: 5,
  maxLength: 80,
  size: "max",
});

/** What only the deploy that is gone from may suffer. */
const endsOfTheOld: readonly TaskCleanupType[] = [
  "NEW_DEPLOY_SUCCEEDED",
  "DEPLOY_FAILED",
  "DEPLOY_CANCELED",
  "INCREMENTAL_DEPLOY_FAILED",
  "INCREMENTAL_DEPLOY_CANCELLED",
];

/** What people do with deploys, and what goes well, ends no healthy instance. */
const harmless: ReadonlySet<Deed> = new Set([
  "healthy",
  "allHealthy",
  "run",
  "deploy",
  "canary",
  "rollBack",
  "cancel",
  "obeyKills",
  "restart",
  "fill",
  "unpause",
  "exitCooldown",
]);

/** The instance numbers that the active deploy serves, or that the one on trial has taken over. */
function served(s: Scenario): ReadonlySet<number> {
  const { active, pending } = s.deploysOf(requestId);
  // A first deploy has nothing to lose, nor has one of a paused request.
  const isPaused = s.stateOf(requestId) === "DEPLOYING_TO_UNPAUSE";
  if (active === undefined || isPaused) return new Set();
  const { canary, currentActiveInstances = 0 } = pending?.deployProgress ?? {};
  const accepted = canary === true ? currentActiveInstances : 0;
  const serving = s
    .standing(requestId)
    .filter(isHealthy)
    .filter(({ taskId }) => taskId.deployId === active?.deployId || taskId.instanceNo <= accepted);
  return new Set(serving.map(({ taskId }) => taskId.instanceNo));
}

function checkServed(s: Scenario, before: ReadonlySet<number>, wanted: number): void {
  const serving = s
    .tasksOf(requestId)
    .filter((task) => isHealthy(task) && task.kill === undefined && task.drain === undefined);
  const now = new Set(serving.map(({ taskId }) => taskId.instanceNo));
  for (const number of before) {
    assert.ok(number > wanted || now.has(number), `nobody serves ${number} any more`);
  }
}

function checkAlways(s: Scenario): void {
  const { active, pending, previous } = s.deploysOf(requestId);
  const inUse = [active?.deployId, pending?.deployMarker.deployId];
  const taken = new Set<string>();
  for (const task of s.tasksOf(requestId)) {
    const { deployId, instanceNo, id } = task.taskId;
    assert.ok(s.state.records.deploy.has(deployKey(requestId, deployId)), `${id} has no deploy`);
    const cleanupType = task.cleanup?.cleanupType;
    if (deployId === active?.deployId && cleanupType !== undefined) {
      assert.ok(!endsOfTheOld.includes(cleanupType), `${id} of the active deploy: ${cleanupType}`);
    }
    if (cleanupType !== undefined) continue;
    assert.ok(inUse.includes(deployId), `${id} stands, and its deploy is over`);
    const number = `${deployId} ${instanceNo}`;
    assert.ok(!taken.has(number), `${number} is served twice`);
    taken.add(number);
  }
  for (const { pendingTaskId } of s.state.records.pendingTask.values()) {
    const { deployId, instanceNo, id } = pendingTaskId;
    assert.ok(inUse.includes(deployId), `${id} is planned, and its deploy is over`);
    const number = `${deployId} ${instanceNo}`;
    assert.ok(!taken.has(number), `${number} is served and planned`);
    taken.add(number);
  }
  for (const id of [...inUse, previous?.deployId]) {
    if (id !== undefined) assert.ok(s.state.records.deploy.has(deployKey(requestId, id)), id);
  }
  const again = s.turn((turn) => {
    for (const rule of requestRules) rule(turn, requestId);
    return turn.changes;
  });
  // Whether a crash loop is over is looked at every few minutes only.
  const unrest = again.filter(({ kind }) => kind !== "crashLoops");
  assert.deepEqual(unrest, [], "the rules come to rest");
}

/** What was announced is killed only once it is withdrawn, or given up on, and has had its drain time. */
function checkDrained(s: Scenario): void {
  const { killAfterDrainMs, withdrawMsMax } = s.config.announce;
  for (const effect of s.effects) {
    if (effect.kind !== "kill" || effect.gracePeriodMs === 0) continue;
    const task = s.task(effect.taskId);
    if (task === undefined || !mayBeAnnounced(s.state, s.config, task)) continue;
    const { drain, kill } = task;
    // It was told to stop before it was healthy, and is told again.
    if (drain === undefined && (kill?.firstAt ?? 0) <= (task.health?.healthyAt ?? 0)) continue;
    assert.ok(drain !== undefined, `${effect.taskId} is killed while it is announced`);
    const from = Math.min(drain.withdrawnAt ?? s.now, drain.at + withdrawMsMax);
    assert.ok(s.now >= from + killAfterDrainMs, `${effect.taskId} is killed before it is drained`);
  }
}

/** Everybody stops asking, and every task does as it is told. */
function comeToRest(s: Scenario): void {
  s.hasRoom = true;
  for (let round = 0; round < 40; round += 1) {
    s.live((turn) => turn.dirty(requestId));
    s.obeyKills();
    s.allHealthy();
    s.advance(hourMs / 4);
  }
}

function checkAtRest(s: Scenario): void {
  const known = s.state.records.request.get(requestId);
  const tasks = s.tasksOf(requestId);
  assert.equal(s.pending(requestId), undefined, "no deploy is on trial for ever");
  if (known === undefined) {
    assert.deepEqual(tasks, []);
    assert.equal(s.state.records.deploy.size, 0);
    return;
  }
  if (known.state === "PAUSED") {
    assert.ok(tasks.every(({ cleanup }) => cleanup?.cleanupType === "PAUSING"));
    return;
  }
  assert.equal(known.state, "ACTIVE");
  const active = s.active(requestId);
  if (active === undefined) {
    assert.deepEqual(tasks, []);
    return;
  }
  const wanted = Array.from({ length: instancesOf(known.request) }, (_, index) => index + 1);
  assert.deepEqual(s.numbers(requestId, active), wanted);
  assert.equal(tasks.length, wanted.length, "and nothing else");
  assert.equal(s.state.records.requestCleanup.size, 0);
  assert.ok(s.state.records.deploy.size <= 2, "the active deploy, and the one before");
}

function live(life: readonly Step[]): void {
  liveIn(new Scenario(), life);
}

function liveAnnounced(life: readonly Step[]): void {
  const s = new Scenario({ announce: { ...defaultAnnounceSettings, servers: ["http://d:1"] } });
  s.ports = [31_000];
  liveIn(s, life);
}

function liveIn(s: Scenario, life: readonly Step[]): void {
  deployNumber = 0;
  s.start({ id: requestId, instances: 2 }, { healthcheck: { uri: "/" }, id: "v0" });
  for (const { deed, n } of life) {
    const before = served(s);
    const isBouncing = s.state.records.requestCleanup.size > 0;
    deeds[deed](s, n);
    checkAlways(s);
    checkDrained(s);
    const request = s.state.records.request.get(requestId)?.request;
    if (harmless.has(deed) && !isBouncing && request !== undefined) {
      checkServed(s, before, instancesOf(request));
    }
  }
  comeToRest(s);
  checkAlways(s);
  checkAtRest(s);
}

/** As short as a life is written down: `deed` or `deed n`. */
function lifeOf(text: string): Step[] {
  return text.split(", ").map((words) => {
    const [name = "", n = "0"] = words.split(" ");
    return { deed: name as Deed, n: Number(n) };
  });
}

/** Lives that went wrong once. */
const examples: [Step[]][] = [
  // A task that waited for a replacement of a deploy that is over waited for ever.
  "canary 66, healthy 29, obeyKills, finish, killTask, restart, wait, finish 225, scale",
  // Of a cancelled canary the only task of a number was ended, and one of a number that was served stayed.
  "canary, healthy 8, wait 41, allHealthy, run, cancel, exitCooldown",
  // The same, where the request had been scaled down meanwhile.
  "canary 995, scale 498, allHealthy, wait 52, allHealthy, cancel, post, lose, run, wait, post",
  // An expired bounce kept an old task beside one that a scale had started in its place.
  "bounce 327, post, scale 337, wait 4, canary, canary, exitCooldown, fail, lose",
  // Who waited for a replacement when the request was paused stayed.
  "post 37, bounce, pause 357, post, post",
].map((text) => [lifeOf(text)]);

test("a request holds to its rules through any life, and comes to rest", () => {
  fc.assert(fc.property(steps, live), { numRuns: 400, seed: 7, examples });
});

test("so it does where its tasks are announced: none is killed before it is withdrawn and drained", () => {
  fc.assert(fc.property(steps, liveAnnounced), { numRuns: 400, seed: 8, examples });
});
