/**
 * Random lives of a job: people deploy, run, pause, reschedule and delete it, its runs end, fail, or are
 * lost, the scheduler is killed and the clock goes on. Whatever happens, a scheduled job never overlaps
 * itself, a cap is kept, and what is to run once does.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { minuteMs } from "@tavola/base";
import * as fc from "fast-check";
import { deployPosted } from "../deploys/deploy-posted.ts";
import { deployRolledBack } from "../deploys/deploy-rolled-back.ts";
import { requestRules } from "../finish-turn.ts";
import type { Request } from "../model/request.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { cooldownExited } from "../requests/cooldown-exited.ts";
import { requestPaused } from "../requests/request-paused.ts";
import { requestPosted } from "../requests/request-posted.ts";
import { requestRemoved } from "../requests/request-removed.ts";
import { requestUnpaused } from "../requests/request-unpaused.ts";
import { endKindOf } from "../tasks/task-end-kind.ts";
import { taskKillAsked } from "../tasks/task-kill-asked.ts";
import { Scenario } from "../testing/scenario.ts";
import { jobRunAsked } from "./job-run-asked.ts";

const requestId = "job";
const cap = 2;

const kinds = {
  SCHEDULED: { requestType: "SCHEDULED", schedule: "*/5 * * * *", numRetriesOnFailure: 1 },
  ON_DEMAND: { requestType: "ON_DEMAND", instances: cap },
  RUN_ONCE: { requestType: "RUN_ONCE" },
} as const satisfies Record<string, Partial<Request>>;

type Kind = keyof typeof kinds;
type Deed = keyof typeof deeds;

interface Step {
  readonly deed: Deed;
  readonly n: number;
}

let deployNumber = 0;

function withTask(s: Scenario, n: number, what: (task: TaskRecord) => void): void {
  const tasks = s.tasksOf(requestId);
  const task = tasks[n % Math.max(1, tasks.length)];
  if (task !== undefined) what(task);
}

/** Each may be refused: then nothing has happened. */
const deeds = {
  deploy: (s) => {
    deployNumber += 1;
    const deploy = { requestId, id: `v${deployNumber}`, command: "work" };
    s.live((turn) => deployPosted(turn, { body: { deploy } }));
  },
  rollBack: (s) => s.live((turn) => deployRolledBack(turn, { requestId })),
  runNow: (s) => s.live((turn) => jobRunAsked(turn, { requestId, run: {} })),
  runLater: (s, n) =>
    s.live((turn) => jobRunAsked(turn, { requestId, run: { runAt: s.now + n * 1000 } })),
  reschedule: (s, n) => {
    const before = s.state.records.request.get(requestId)?.request;
    if (before?.requestType !== "SCHEDULED") return;
    const request = { ...before, schedule: `*/${2 + (n % 7)} * * * *` };
    s.live((turn) => requestPosted(turn, { request }));
  },
  pause: (s, n) =>
    s.live((turn) => requestPaused(turn, { requestId, body: { killTasks: n % 2 === 0 } })),
  unpause: (s) => s.live((turn) => requestUnpaused(turn, { requestId })),
  remove: (s) => s.live((turn) => requestRemoved(turn, { requestId })),
  exitCooldown: (s) => s.live((turn) => cooldownExited(turn, { requestId })),
  killTask: (s, n) =>
    withTask(s, n, ({ taskId }) => {
      s.live((turn) => taskKillAsked(turn, { taskId: taskId.id, override: n % 2 === 0 }));
    }),
  run: (s, n) => withTask(s, n, (task) => s.run(task)),
  finish: (s, n) => withTask(s, n, (task) => s.report(task, "TASK_FINISHED")),
  fail: (s, n) => withTask(s, n, (task) => s.fail(task)),
  lose: (s, n) =>
    withTask(s, n, (task) => s.report(task, "TASK_LOST", "gone", "REASON_AGENT_REMOVED")),
  obeyKills: (s) => s.obeyKills(),
  wait: (s, n) => s.advance((n % 40) * 10_000),
  restart: (s) => s.restart(),
  fill: (s, n) => {
    s.hasRoom = n % 3 !== 0;
  },
} satisfies Record<string, (s: Scenario, n: number) => unknown>;

const often: Partial<Record<Deed, number>> = {
  wait: 8,
  finish: 6,
  obeyKills: 4,
  deploy: 4,
  remove: 1,
};

const steps = fc.array(
  fc.record({
    deed: fc.oneof(
      ...(Object.keys(deeds) as Deed[]).map((name) => ({
        arbitrary: fc.constant(name),
        weight: often[name] ?? 2,
      })),
    ),
    n: fc.nat(1000),
  }),
  { minLength: 5, maxLength: 60, size: "max" },
);

/** Runs of each deploy that went their way: ended, or still on it; not those that were lost. */
function runsOf(s: Scenario): ReadonlyMap<string, number> {
  const runs = new Map<string, number>();
  const count = (deployId: string): void => {
    runs.set(deployId, (runs.get(deployId) ?? 0) + 1);
  };
  for (const { taskId } of s.tasksOf(requestId)) count(taskId.deployId);
  for (const { task, taskUpdates } of s.state.records.outboxTask.values()) {
    const end = taskUpdates.at(-1);
    if (end !== undefined && endKindOf(end) !== "lost") count(task.taskId.deployId);
  }
  return runs;
}

function checkAlways(s: Scenario, kind: Kind): void {
  const tasks = s.tasksOf(requestId);
  for (const { taskId } of tasks) {
    const key = deployKey(requestId, taskId.deployId);
    assert.ok(s.state.records.deploy.has(key), `${taskId.id} has no deploy`);
  }
  if (kind === "SCHEDULED") assert.ok(tasks.length <= 1, "it overlaps itself");
  if (kind === "ON_DEMAND") assert.ok(tasks.length <= cap, "more than may run at once");
  if (kind === "RUN_ONCE") {
    for (const [deployId, count] of runsOf(s))
      assert.ok(count <= 1, `${deployId} ran ${count} times`);
  }
  const again = s.turn((turn) => {
    for (const rule of requestRules) rule(turn, requestId);
    return turn.changes;
  });
  const unrest = again.filter(({ kind: changed }) => changed !== "crashLoops");
  assert.deepEqual(unrest, [], "the rules come to rest");
}

function checkAtRest(s: Scenario, kind: Kind): void {
  const known = s.state.records.request.get(requestId);
  assert.equal(s.pending(requestId), undefined);
  if (known === undefined) {
    assert.equal(s.state.records.deploy.size, 0);
    assert.deepEqual(s.planned(requestId), []);
    return;
  }
  assert.deepEqual(s.tasksOf(requestId), []);
  if (known.state === "PAUSED" || s.active(requestId) === undefined) return;
  assert.equal(known.state, "ACTIVE");
  assert.equal(s.planned(requestId).length, kind === "SCHEDULED" ? 1 : 0);
}

function live(kind: Kind, life: readonly Step[]): void {
  deployNumber = 0;
  const s = new Scenario();
  s.do((turn) => requestPosted(turn, { request: { id: requestId, ...kinds[kind] } }));
  for (const { deed, n } of life) {
    deeds[deed](s, n);
    checkAlways(s, kind);
  }
  s.hasRoom = true;
  for (let round = 0; round < 20; round += 1) {
    s.live((turn) => turn.dirty(requestId));
    s.advance(7 * minuteMs);
    s.obeyKills();
    for (const task of s.tasksOf(requestId)) s.report(task, "TASK_FINISHED");
  }
  checkAlways(s, kind);
  checkAtRest(s, kind);
}

for (const kind of Object.keys(kinds) as Kind[]) {
  test(`a job of type ${kind} holds to its rules through any life, and comes to rest`, () => {
    fc.assert(
      fc.property(steps, (life) => live(kind, life)),
      { numRuns: 200, seed: 7 },
    );
  });
}
