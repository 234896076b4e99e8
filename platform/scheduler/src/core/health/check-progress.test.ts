import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type CheckAnswer,
  type CheckProgress,
  checkAnswered,
  checksStarted,
  countsAsStartup,
} from "./check-progress.ts";
import { type HealthPlan, healthPlanOf } from "./health-plan.ts";
import { defaultHealthSettings as settings } from "./health-settings.ts";

const start = {
  ...{ instanceNo: 2, runningAt: 1000, spread: 0 },
  ...{ hasSucceeded: false, isUnhealthy: false },
};

function planOf(options: Parameters<typeof healthPlanOf>[0]["healthcheck"]): HealthPlan {
  const deploy = { requestId: "web", id: "1", healthcheck: { uri: "/h", ...options } };
  return healthPlanOf(deploy, { settings, isDeployPending: true }) as HealthPlan;
}

function failed(askedAt: number, statusCode = 500): CheckAnswer {
  return { askedAt, isSuccess: false, isRefused: false, statusCode };
}
const refused = (askedAt: number) => ({ askedAt, isSuccess: false, isRefused: true });
const passed = (askedAt: number) => ({
  askedAt,
  isSuccess: true,
  isRefused: false,
  statusCode: 200,
});

/** Each answer is asked for when the machine says, and comes at once. */
function play(
  plan: HealthPlan,
  from: CheckProgress,
  answers: readonly ((askedAt: number) => CheckAnswer)[],
): CheckProgress {
  let progress = from;
  for (const answer of answers) {
    assert.ok(progress.nextAt !== undefined, "the checks are over");
    progress = checkAnswered(plan, progress, answer(progress.nextAt), progress.nextAt);
  }
  return progress;
}
const times = <T>(count: number, value: T): T[] => Array(count).fill(value);

test("checksStarted() asks at once, after the delay that was asked for, or not at all", () => {
  assert.equal(checksStarted(planOf({}), start, 1500).nextAt, 1500);
  assert.equal(checksStarted(planOf({ startupDelaySeconds: 3 }), start, 1500).nextAt, 4000);
  const passedBefore = { ...start, hasSucceeded: true, spread: 0.5 };
  assert.equal(checksStarted(planOf({}), passedBefore, 10_000).nextAt, 12_500);
  const ill = checksStarted(planOf({}), { ...passedBefore, isUnhealthy: true }, 10_000);
  assert.deepEqual([ill.verdict.kind, ill.nextAt], ["unhealthy", 12_500]);
  const once = checksStarted(planOf({ continuous: false }), passedBefore, 10_000);
  assert.deepEqual([once.verdict.kind, once.nextAt], ["healthy", undefined]);
});

test("checkAnswered() asks a task in its first two seconds ever less often, and fails it for nothing", () => {
  const plan = planOf({ maxRetries: 0, failureStatusCodes: [500] });
  let progress = checksStarted(plan, start, 1000);
  const askedAt: number[] = [];
  while ((progress.nextAt ?? Number.POSITIVE_INFINITY) < 3000) {
    askedAt.push(progress.nextAt as number);
    assert.ok(countsAsStartup(plan, progress, failed(progress.nextAt as number)));
    progress = play(plan, progress, [failed]);
  }
  assert.deepEqual(askedAt, [1000, 1100, 1300, 1700, 2500]);
  assert.equal(progress.verdict.kind, "waiting");
  assert.equal(play(plan, progress, [failed]).verdict.kind, "unhealthy");
});

test("checkAnswered() gives no grace after a startup delay", () => {
  const plan = planOf({ startupDelaySeconds: 1, maxRetries: 0 });
  const progress = play(plan, checksStarted(plan, start, 1000), [failed]);
  assert.deepEqual(progress.verdict, {
    kind: "unhealthy",
    reason: "retriesUsedUp",
    message:
      "Instance 2 failed 1 healthchecks, the max for the deploy. Last check returned with status code 500",
  });
  assert.equal(progress.nextAt, undefined);
});

test("checkAnswered() takes a refused connection for startup until the startup timeout, every two seconds", () => {
  const plan = planOf({ startupDelaySeconds: 1, maxRetries: 0, startupTimeoutSeconds: 9 });
  let progress = checksStarted(plan, start, 1000);
  progress = play(plan, progress, times(5, refused));
  assert.deepEqual(
    [progress.nextAt, progress.verdict.kind, progress.failures],
    [12_000, "waiting", 0],
  );
  progress = play(plan, progress, [refused]);
  assert.equal(progress.verdict.kind === "unhealthy" && progress.verdict.reason, "startupTimeout");
  assert.match(JSON.stringify(progress.verdict), /after running for 11 seconds/);
});

test("checkAnswered() lets retries be unlimited until the time for the first success is over", () => {
  const plan = planOf({ startupDelaySeconds: 0 });
  const progress = play(plan, checksStarted(plan, start, 1000), times(12, failed));
  assert.deepEqual([progress.nextAt, progress.verdict.kind], [61_000, "waiting"]);
  const over = play(plan, progress, [failed]);
  assert.equal(over.verdict.kind === "unhealthy" && over.verdict.reason, "overdue");
});

test("checkAnswered() fails at once on a failure status code", () => {
  const plan = planOf({ startupDelaySeconds: 0, failureStatusCodes: [418] });
  const first = play(plan, checksStarted(plan, start, 1000), [failed]);
  assert.equal(first.verdict.kind, "waiting");
  const over = play(plan, first, [(at) => failed(at, 418)]);
  assert.equal(over.verdict.kind === "unhealthy" && over.verdict.reason, "failureStatusCode");
  assert.equal(over.nextAt, undefined);
});

test("checkAnswered() ends with the first success where checks are not continuous", () => {
  const plan = planOf({ continuous: false });
  const progress = play(plan, checksStarted(plan, start, 1000), [refused, passed]);
  assert.deepEqual([progress.verdict.kind, progress.nextAt], ["healthy", undefined]);
});

test("checkAnswered() goes on after the first success; three failures in a row are unhealthy, one success heals", () => {
  const plan = planOf({ continuousIntervalSeconds: 10 });
  let progress = play(plan, checksStarted(plan, start, 1000), [passed]);
  assert.equal(progress.nextAt, 11_000);
  progress = play(plan, progress, [refused, failed, passed, failed, refused]);
  assert.deepEqual([progress.verdict.kind, progress.failures], ["healthy", 2]);
  progress = play(plan, progress, [failed]);
  assert.deepEqual(progress.verdict, {
    kind: "unhealthy",
    reason: "continuousFailures",
    message:
      "Instance 2 was healthy and then failed 3 healthchecks in a row. Last check returned with status code 500",
  });
  assert.ok(progress.nextAt !== undefined, "an unhealthy task may recover");
  assert.equal(play(plan, progress, [failed, passed]).verdict.kind, "healthy");
});

test("a slow answer does not bring the next continuous check nearer than a second", () => {
  const plan = planOf({});
  const progress = play(plan, checksStarted(plan, start, 1000), [passed]);
  assert.equal(checkAnswered(plan, progress, passed(6000), 20_000).nextAt, 21_000);
});

test("whatever the answers, checks go forward in time, and end exactly when a task fails before its first success", () => {
  const answer = fc.record({
    isSuccess: fc.boolean(),
    isRefused: fc.boolean(),
    statusCode: fc.constantFrom(200, 404, 503),
    tookMs: fc.nat(6000),
  });
  const options = fc.record(
    {
      maxRetries: fc.nat(3),
      startupDelaySeconds: fc.nat(3),
      failureStatusCodes: fc.constant([503]),
      continuous: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(options, fc.array(answer, { maxLength: 40 }), (given, answers) => {
      const plan = planOf(given);
      let progress = checksStarted(plan, start, 1000);
      for (const { tookMs, ...rest } of answers) {
        if (progress.nextAt === undefined) break;
        const askedAt = progress.nextAt;
        progress = checkAnswered(plan, progress, { ...rest, askedAt }, askedAt + tookMs);
        assert.ok((progress.nextAt ?? Number.POSITIVE_INFINITY) > askedAt);
        if (progress.hasSucceeded) {
          assert.equal(progress.nextAt === undefined, plan.continuous === undefined);
        } else {
          assert.equal(progress.nextAt === undefined, progress.verdict.kind === "unhealthy");
          assert.ok(askedAt - start.runningAt <= plan.firstSuccessWithinMs + 11_000);
        }
      }
    }),
  );
});
