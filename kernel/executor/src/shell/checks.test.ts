/** What is checked and what is reported; when it is due is check-schedule.test.ts's. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createHttpClient, silentLogger, simulatedClock, systemClock } from "@tavola/host";
import type { CheckInfo, HealthCheck } from "@tavola/protocol";
import type { CheckReport } from "../core/command-task.ts";
import { checked, commandCheck, shim, soon, statusOf, taskOf } from "../testing/checked-task.ts";
import { startChecks } from "./checks.ts";

test("a task without checks costs no timer", () => {
  const clock = simulatedClock();
  const options = { task: taskOf({}), environment: {}, cwd: "/", clock, shim };
  startChecks({
    ...options,
    place: { directory: "/", cgroups: [], shimCgroups: [] },
    http: createHttpClient(),
    logger: silentLogger,
    report: () => {},
  }).stop();
  assert.equal(clock.waiting, 0);
});

test("a check that the master would have refused is not made, and the log says why", (context) => {
  const clock = simulatedClock();
  const said: unknown[] = [];
  const logger = { ...silentLogger, error: (fields: unknown) => said.push(fields) };
  const check: CheckInfo = { type: "COMMAND" };
  const health_check: HealthCheck = { type: "TCP", tcp: { port: 1 }, delay_seconds: -1 };
  checked(context, { check, health_check }, { clock, logger: logger as typeof silentLogger });
  assert.equal(clock.waiting, 0);
  assert.match(JSON.stringify(said), /'command'.*'delay_seconds'/);
});

test("the delay is waited for, and stop() ends the waiting", async (context) => {
  const clock = simulatedClock();
  const health_check: HealthCheck = { type: "TCP", tcp: { port: 1 } };
  const { checks, reports } = checked(context, { health_check }, { clock });
  assert.equal(clock.nextAt(), clock.now() + 15_000);
  checks.stop();
  assert.equal(clock.waiting, 0);
  assert.equal(reports.length, 0);
});

test("a status is reported again only when it is another", async (context) => {
  const value = 'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; [ "$n" -lt 3 ]';
  const { next, reports } = checked(context, commandCheck(value));
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 0 } });
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 1 } });
  assert.equal(reports.length, 2);
});

test("stopping from within a report is the end", async (context) => {
  let stop = (): void => {};
  const reports: CheckReport[] = [];
  const clock = systemClock();
  let timers = 0;
  const counting = {
    now: () => clock.now(),
    after(delayMs: number, run: () => void) {
      timers += 1;
      return clock.after(delayMs, run);
    },
  };
  const stopped = Promise.withResolvers<number>();
  const report = (each: CheckReport): void => {
    reports.push(each);
    stop();
    stopped.resolve(timers);
  };
  stop = checked(context, commandCheck("exit 1"), { report, clock: counting }).checks.stop;
  const timersAtStop = await stopped.promise;
  assert.equal(reports.length, 1);
  assert.equal(timers, timersAtStop);
});

test("a task's check and its health check go on beside each other", async (context) => {
  const command = { value: "true" };
  const { next } = checked(context, {
    ...commandCheck("exit 5"),
    health_check: { type: "COMMAND", command, ...soon },
  });
  const both = [await next(), await next()].toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  assert.deepEqual(both, [
    { kind: "check", status: { type: "COMMAND", command: { exit_code: 5 } } },
    { kind: "health", healthy: true, kill: false },
  ]);
});
