/** When checks are made and what their results lead to; mirrors Mesos's health_checker.cpp and checker.cpp. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Instant, instant, later } from "@tavola/base";
import type { CheckInfo, HealthCheck } from "@tavola/protocol";
import { planCheck, planHealthCheck } from "./check-plan.ts";
import {
  type CheckEffect,
  type CheckSchedule,
  type ProbeResult,
  scheduleCheck,
  scheduleHealthCheck,
} from "./check-schedule.ts";

const start = instant(1_000_000);
const passes: ProbeResult = { kind: "exited", code: 0 };
const fails: ProbeResult = { kind: "exited", code: 1 };
const timesOut: ProbeResult = { kind: "failed", reason: "timed out after 20 s" };

function healthOf(own: Partial<HealthCheck> = {}): CheckSchedule {
  const plan = planHealthCheck({ type: "COMMAND", command: { value: "x" }, ...own });
  assert.ok(plan.value !== undefined);
  return scheduleHealthCheck(plan.value, start);
}

function checkOf(check: CheckInfo): CheckSchedule {
  const plan = planCheck(check);
  assert.ok(plan.value !== undefined);
  return scheduleCheck(plan.value);
}

/**
 * Lives through the results, each `tookMs` after its probe began, and tells what was reported of each:
 * "12.5 s: unhealthy, kill".
 */
function live(schedule: CheckSchedule, results: readonly ProbeResult[], tookMs = 0): string[] {
  const told: string[] = [];
  let at = wakeTimeIn(schedule.started(start));
  for (const result of results) {
    const [probe] = schedule.woke();
    assert.equal(probe?.kind, "probe");
    const ended = later(at, tookMs);
    const effects = schedule.probed(result, ended);
    told.push(`${(ended - start) / 1000} s: ${reportIn(effects)}`);
    at = wakeTimeIn(effects);
  }
  return told;
}

function wakeTimeIn(effects: readonly CheckEffect[]): Instant {
  const wake = effects.at(-1);
  assert.equal(wake?.kind, "wakeAt");
  return wake.at;
}

function reportIn(effects: readonly CheckEffect[]): string {
  const reports = effects.filter((effect) => effect.kind === "report");
  assert.ok(reports.length <= 1);
  const report = reports[0]?.report;
  if (report === undefined) return "nothing";
  if (report.kind === "check") return JSON.stringify(report.status);
  return `${report.healthy ? "healthy" : "unhealthy"}${report.kill ? ", kill" : ""}`;
}

test("the first probe comes after the delay, the next ones an interval after the end of the last", () => {
  assert.deepEqual(live(healthOf(), [passes, passes, fails], 2000), [
    "17 s: healthy",
    "29 s: nothing",
    "41 s: unhealthy",
  ]);
});

test("a probe says how long it may take", () => {
  const schedule = healthOf({ timeout_seconds: 3 });
  schedule.started(start);
  assert.deepEqual(schedule.woke(), [
    { kind: "probe", probe: { kind: "command", command: { value: "x" } }, timeoutMs: 3000 },
  ]);
});

test("every failure is reported, and the one that is too many kills; success starts the count again", () => {
  assert.deepEqual(
    live(healthOf(), [fails, timesOut, passes, passes, fails, fails, fails, fails]),
    [
      "15 s: unhealthy",
      "25 s: unhealthy",
      "35 s: healthy",
      "45 s: nothing",
      "55 s: unhealthy",
      "65 s: unhealthy",
      "75 s: unhealthy, kill",
      "85 s: unhealthy, kill",
    ],
  );
});

test("failures in the grace period do not count, its last moment included", () => {
  const own = { delay_seconds: 0, interval_seconds: 5, consecutive_failures: 1 };
  assert.deepEqual(live(healthOf(own), [fails, fails, fails, fails]), [
    "0 s: nothing",
    "5 s: nothing",
    "10 s: nothing",
    "15 s: unhealthy, kill",
  ]);
});

test("the first success ends the grace period", () => {
  const own = { delay_seconds: 0, interval_seconds: 1, grace_period_seconds: 60 };
  assert.deepEqual(live(healthOf(own), [fails, passes, fails, passes]), [
    "0 s: nothing",
    "1 s: healthy",
    "2 s: unhealthy",
    "3 s: healthy",
  ]);
});

test("without a grace period the first failure counts, at the very start too", () => {
  const own = { delay_seconds: 0, grace_period_seconds: 0, consecutive_failures: 0 };
  assert.deepEqual(live(healthOf(own), [fails]), ["0 s: unhealthy, kill"]);
});

test("healthy is a status of 200 to 399, and a connection made", () => {
  const own = { delay_seconds: 100, consecutive_failures: 9 };
  const verdictOf = (result: ProbeResult): string | undefined =>
    live(healthOf(own), [result])[0]?.split(": ")[1];
  const answered = (status: number): ProbeResult => ({ kind: "answered", status });
  const healthy = [200, 204, 304, 399].map(answered);
  assert.deepEqual(new Set(healthy.map(verdictOf)), new Set(["healthy"]));
  const unhealthy = [100, 199, 400, 404, 503].map(answered);
  assert.deepEqual(new Set(unhealthy.map(verdictOf)), new Set(["unhealthy"]));
  assert.equal(verdictOf({ kind: "connected", succeeded: true }), "healthy");
  assert.equal(verdictOf({ kind: "connected", succeeded: false }), "unhealthy");
});

test("a failure says why, and how far it is to the kill", () => {
  const schedule = healthOf();
  schedule.started(start);
  schedule.woke();
  const [remark] = schedule.probed(fails, later(start, 15_000));
  assert.deepEqual(remark, {
    kind: "remark",
    text: "COMMAND health check failed: command exited with status 1; consecutive failures: 1 of 3",
  });
});

test("a check reports a status when it is another than before; without a result it is empty", () => {
  const check: CheckInfo = { type: "COMMAND", command: { command: { value: "x" } } };
  const results = [timesOut, fails, fails, passes, timesOut, timesOut, passes];
  assert.deepEqual(
    live(checkOf(check), results).map((line) => line.slice(line.indexOf(": ") + 2)),
    [
      "nothing",
      '{"type":"COMMAND","command":{"exit_code":1}}',
      "nothing",
      '{"type":"COMMAND","command":{"exit_code":0}}',
      '{"type":"COMMAND","command":{}}',
      "nothing",
      '{"type":"COMMAND","command":{"exit_code":0}}',
    ],
  );
});

test("a check of HTTP reports the code, one of TCP whether there was a connection", () => {
  const http = checkOf({ type: "HTTP", http: { port: 80 }, delay_seconds: 0 });
  const status = 404;
  assert.deepEqual(live(http, [{ kind: "answered", status }, timesOut]), [
    '0 s: {"type":"HTTP","http":{"status_code":404}}',
    '10 s: {"type":"HTTP","http":{}}',
  ]);
  const tcp = checkOf({ type: "TCP", tcp: { port: 80 }, delay_seconds: 0 });
  assert.deepEqual(live(tcp, [{ kind: "connected", succeeded: false }, timesOut]), [
    '0 s: {"type":"TCP","tcp":{"succeeded":false}}',
    '10 s: {"type":"TCP","tcp":{}}',
  ]);
});

test("a probe is not begun while one is under way", () => {
  const schedule = healthOf();
  schedule.started(start);
  schedule.woke();
  assert.throws(() => schedule.woke(), /probing -> probing/);
});
