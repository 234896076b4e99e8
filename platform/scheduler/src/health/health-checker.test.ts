import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { silentLogger, simulatedClock, systemClock } from "@tavola/host";
import { type HealthPlan, healthPlanOf } from "../core/health/health-plan.ts";
import type { HealthReport } from "../core/health/health-reported.ts";
import { defaultHealthSettings as settings } from "../core/health/health-settings.ts";
import type { HealthTarget } from "../core/health/health-target.ts";
import type { HealthcheckOptions } from "../core/model/deploy.ts";
import { createHealthChecker } from "./health-checker.ts";
import { createProbe, type Probe, type ProbeAnswer, type ProbeRequest } from "./probe.ts";

const ok: ProbeAnswer = { kind: "answered", statusCode: 200, body: "fine" };
const broken: ProbeAnswer = { kind: "answered", statusCode: 500 };
const refused: ProbeAnswer = { kind: "failed", isRefused: true, error: "refused" };

interface TargetOptions extends HealthcheckOptions {
  readonly url?: string;
  readonly runningAt?: number;
  readonly hasSucceeded?: boolean;
  readonly isUnhealthy?: boolean;
}

function targetOf(id: string, options: TargetOptions = {}): HealthTarget {
  const { url = `http://task/${id}`, runningAt = 1000, ...rest } = options;
  const { hasSucceeded = false, isUnhealthy = false, ...check } = rest;
  const healthcheck = { uri: "/h", ...check };
  const plan = healthPlanOf(
    { requestId: "web", id: "1", healthcheck },
    { settings, isDeployPending: true },
  );
  const taskId = {
    requestId: "web",
    deployId: "1",
    startedAt: 1,
    instanceNo: 1,
    host: "h",
    rackId: "r",
    id,
  };
  const before = { runningAt, hasSucceeded, isUnhealthy };
  return { taskId, plan: plan as HealthPlan, ...before, url: { value: url } };
}

/** A checker under simulated time; `answer` says what a task answers, at once. */
function simulated(
  answer: (request: ProbeRequest) => ProbeAnswer | Promise<ProbeAnswer>,
  inFlightMax = 1000,
) {
  const clock = simulatedClock();
  const asked: { readonly url: string; readonly at: number }[] = [];
  const reports: HealthReport[] = [];
  let isClosed = false;
  const probe: Probe = {
    async ask(request) {
      asked.push({ url: request.url, at: clock.now() });
      return answer(request);
    },
    async close() {
      isClosed = true;
    },
  };
  const checker = createHealthChecker({
    clock,
    logger: silentLogger,
    probe,
    onReport: (report) => reports.push(report),
    inFlightMax,
  });
  return { clock, asked, reports, checker, isClosed: () => isClosed };
}

test("a checker reports refusals once, then the success, and of a task that stays healthy nothing", async () => {
  const answers = [refused, refused, refused, ok];
  const { clock, asked, reports, checker } = simulated(() => answers.shift() ?? ok);
  checker.start(targetOf("a"));
  await clock.advanceSettling(60_000);
  assert.deepEqual(
    reports.map(({ taskId, verdict, result }) => [taskId, verdict.kind, result.startup]),
    [
      ["a", "waiting", true],
      ["a", "healthy", false],
    ],
  );
  assert.deepEqual(reports[1]?.result, {
    taskId: targetOf("a").taskId,
    timestamp: 1700,
    durationMillis: 0,
    startup: false,
    statusCode: 200,
    responseBody: "fine",
  });
  assert.equal(asked.length, 4 + 11);
  assert.equal(clock.waiting, 1);
  await checker.close();
});

test("a checker forgets a task that has failed, or passed once where checks are not continuous", async () => {
  const { clock, asked, reports, checker } = simulated(({ url }) =>
    url.endsWith("a") ? broken : ok,
  );
  checker.start(targetOf("a", { startupDelaySeconds: 1, maxRetries: 1 }));
  checker.start(targetOf("b", { continuous: false }));
  await clock.advanceSettling(60_000);
  assert.deepEqual(
    reports.map(({ taskId, verdict }) => [taskId, verdict.kind]),
    [
      ["b", "healthy"],
      ["a", "waiting"],
      ["a", "unhealthy"],
    ],
  );
  assert.equal(asked.length, 3);
  assert.deepEqual(checker.counts, { tasks: 0, inFlight: 0 });
  assert.equal(clock.waiting, 0);
  await checker.close();
});

test("a checker tells when a healthy task falls ill, and when it recovers", async () => {
  let answer: ProbeAnswer = ok;
  const { clock, reports, checker } = simulated(() => answer);
  checker.start(targetOf("a"));
  await clock.advanceSettling(10_000);
  answer = refused;
  await clock.advanceSettling(60_000);
  answer = ok;
  await clock.advanceSettling(10_000);
  assert.deepEqual(
    reports.map(({ verdict }) => verdict.kind),
    ["healthy", "healthy", "healthy", "unhealthy", "healthy"],
  );
  assert.equal(reports[1]?.result.errorMessage, "refused");
  await checker.close();
});

test("a checker tells of the recovery of a task that was ill before it began", async () => {
  const { clock, reports, checker } = simulated(() => ok);
  checker.start(targetOf("a", { hasSucceeded: true, isUnhealthy: true }));
  checker.start(targetOf("b", { hasSucceeded: true }));
  await clock.advanceSettling(30_000);
  assert.deepEqual(
    reports.map(({ taskId, verdict }) => [taskId, verdict.kind]),
    [["a", "healthy"]],
  );
  await checker.close();
});

test("a checker says nothing of a task that was stopped, even while it was being asked", async () => {
  const asked = Promise.withResolvers<ProbeAnswer>();
  const { clock, reports, checker } = simulated(() => asked.promise);
  checker.start(targetOf("a"));
  await clock.advanceSettling(0);
  assert.deepEqual(checker.counts, { tasks: 1, inFlight: 1 });
  checker.stop("a");
  checker.stop("a");
  asked.resolve(ok);
  await clock.advanceSettling(60_000);
  assert.deepEqual([reports.length, checker.counts], [0, { tasks: 0, inFlight: 0 }]);
  await checker.close();
});

test("a checker told to start a task again begins anew and asks it once at a time", async () => {
  const { clock, asked, checker } = simulated(() => ok);
  checker.start(targetOf("a"));
  checker.start(targetOf("a", { url: "http://task/moved" }));
  await clock.advanceSettling(0);
  assert.deepEqual(asked, [{ url: "http://task/moved", at: 1000 }]);
  await checker.close();
});

test("a checker spreads over the interval what was healthy before it began", async () => {
  const { clock, asked, reports, checker } = simulated(() => ok);
  for (let index = 0; index < 1000; index += 1)
    checker.start(targetOf(`task-${index}`, { hasSucceeded: true }));
  await clock.advanceSettling(4999);
  assert.ok(asked.length > 990 && asked.length <= 1000, `${asked.length}`);
  for (let second = 0; second < 5; second += 1) {
    const within = asked.filter(({ at }) => Math.floor((at - 1000) / 1000) === second).length;
    assert.ok(within > 120 && within < 280, `${within} in second ${second}`);
  }
  assert.equal(reports.length, 0);
  await checker.close();
});

test("a checker has at most so many checks in flight, and comes to the others later", async () => {
  const waiting: PromiseWithResolvers<ProbeAnswer>[] = [];
  const { clock, reports, checker } = simulated(() => {
    const next = Promise.withResolvers<ProbeAnswer>();
    waiting.push(next);
    return next.promise;
  }, 2);
  for (const id of ["a", "b", "c", "d", "e"]) checker.start(targetOf(id, { continuous: false }));
  await clock.advanceSettling(20_000);
  assert.deepEqual([waiting.length, checker.counts.inFlight, clock.waiting], [2, 2, 0]);
  for (let index = 0; index < 5; index += 1) {
    waiting[index]?.resolve(ok);
    await clock.advanceSettling(0);
    assert.ok(checker.counts.inFlight <= 2);
  }
  assert.deepEqual(reports.map(({ taskId }) => taskId).sort(), ["a", "b", "c", "d", "e"]);
  await checker.close();
});

test("a checker goes on when whoever hears of a result throws", async () => {
  const clock = simulatedClock();
  const messages: string[] = [];
  const logger = { ...silentLogger, error: (_: object, message: string) => messages.push(message) };
  let calls = 0;
  const probe: Probe = { ask: async () => broken, close: async () => {} };
  const onReport = () => {
    calls += 1;
    throw new Error("a bug");
  };
  const checker = createHealthChecker({ clock, logger, probe, onReport, inFlightMax: 10 });
  checker.start(targetOf("a", { startupDelaySeconds: 0 }));
  await clock.advanceSettling(10_000);
  assert.deepEqual([calls, messages.length], [3, 3]);
  await checker.close();
});

test("a check without an address fails with the reason", async () => {
  const { clock, asked, reports, checker } = simulated(() => ok);
  const target = targetOf("a", { startupDelaySeconds: 0, maxRetries: 0 });
  checker.start({ ...target, url: { error: "the task has no ports" } });
  await clock.advanceSettling(0);
  assert.equal(asked.length, 0);
  assert.equal(reports[0]?.result.errorMessage, "the task has no ports");
  assert.equal(reports[0]?.verdict.kind, "unhealthy");
  await checker.close();
});

test("a closed checker asks nobody, and closes its probe", async () => {
  const { clock, asked, checker, isClosed } = simulated(() => ok);
  checker.start(targetOf("a"));
  await checker.close();
  checker.start(targetOf("b"));
  await clock.advanceSettling(60_000);
  assert.deepEqual([asked.length, clock.waiting, isClosed()], [0, 0, true]);
});

test("a checker finds a thousand real tasks healthy, fifty at a time, while one never answers", async (context) => {
  let now = 0;
  let most = 0;
  const server = createServer((request, response) => {
    if (request.url === "/silent") return;
    now += 1;
    most = Math.max(most, now);
    setImmediate(() => {
      now -= 1;
      response.end("ok");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = systemClock();
  const healthy = new Set<string>();
  const all = Promise.withResolvers<void>();
  const checker = createHealthChecker({
    clock,
    logger: silentLogger,
    probe: createProbe({ clock, verifiesCertificates: false, bodyBytesMax: 8192 }),
    inFlightMax: 50,
    onReport({ taskId, verdict }) {
      if (verdict.kind === "healthy") healthy.add(taskId);
      if (healthy.size === 1000) all.resolve();
    },
  });
  context.after(() => checker.close());
  const runningAt = clock.now();
  checker.start(targetOf("silent", { url: `${url}/silent`, runningAt }));
  for (let index = 0; index < 1000; index += 1) {
    checker.start(targetOf(`task-${index}`, { url: `${url}/h`, runningAt, continuous: false }));
  }
  await all.promise;
  assert.ok(most <= 50, `${most} at once`);
  assert.equal(checker.counts.tasks, 1);
});
