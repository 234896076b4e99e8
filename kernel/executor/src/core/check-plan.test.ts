/** What a check is taken to ask for, and what is refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckInfo, HealthCheck } from "@tavola/protocol";
import { planCheck, planHealthCheck } from "./check-plan.ts";

test("a health check without numbers has Mesos's: 15 s, 10 s, 20 s, 3 failures, 10 s of grace", () => {
  assert.deepEqual(planHealthCheck({ type: "TCP", tcp: { port: 80 } }), {
    value: {
      name: "TCP health check",
      probe: { kind: "tcp", host: "127.0.0.1", port: 80 },
      delayMs: 15_000,
      intervalMs: 10_000,
      timeoutMs: 20_000,
      failuresMax: 3,
      graceMs: 10_000,
    },
  });
});

test("planHealthCheck() deduces the type that is not said from the one that is described", () => {
  const command = { value: "true" };
  const nameOf = (check: HealthCheck): string | undefined => planHealthCheck(check).value?.name;
  assert.equal(nameOf({ command }), "COMMAND health check");
  assert.equal(nameOf({ http: { port: 80 } }), "HTTP health check");
  assert.equal(nameOf({ command, http: { port: 80 } }), undefined);
  assert.equal(nameOf({ tcp: { port: 80 } }), undefined);
});

test("an HTTP check asks this machine, with the scheme, port, path and protocol given", () => {
  const urlOf = (http: NonNullable<HealthCheck["http"]>): unknown =>
    planHealthCheck({ type: "HTTP", http }).value?.probe;
  assert.deepEqual(urlOf({ port: 80 }), { kind: "http", url: "http://127.0.0.1:80" });
  assert.deepEqual(urlOf({ port: 443, scheme: "https", path: "/up?deep=1", protocol: "IPv6" }), {
    kind: "http",
    url: "https://[::1]:443/up?deep=1",
  });
  assert.deepEqual(planCheck({ type: "HTTP", http: { port: 8, path: "/x" } }).value?.probe, {
    kind: "http",
    url: "http://127.0.0.1:8/x",
  });
});

test("no timeout is no limit, and no interval is a short one", () => {
  const times = { delay_seconds: 0, interval_seconds: 0, timeout_seconds: 0 };
  const plan = planCheck({ type: "TCP", tcp: { port: 1 }, ...times }).value;
  assert.deepEqual([plan?.delayMs, plan?.intervalMs, plan?.timeoutMs], [0, 50, undefined]);
});

test("planCheck() refuses what the master refuses, and names the field", () => {
  const tcp = { port: 1 };
  const refused: [CheckInfo, RegExp][] = [
    [{}, /'type'/],
    [{ type: "UNKNOWN" }, /'UNKNOWN'/],
    [{ type: "COMMAND" }, /'command'/],
    [{ type: "COMMAND", command: { command: {} } }, /'command.value'/],
    [{ type: "HTTP" }, /'http'/],
    [{ type: "HTTP", http: { port: 1, path: "up" } }, /path 'up'/],
    [{ type: "TCP" }, /'tcp'/],
    [{ type: "TCP", tcp, delay_seconds: -1 }, /'delay_seconds'/],
    [{ type: "TCP", tcp, interval_seconds: -0.1 }, /'interval_seconds'/],
    [{ type: "TCP", tcp, timeout_seconds: Number.NaN }, /'timeout_seconds'/],
  ];
  for (const [check, reason] of refused) assert.match(planCheck(check).error ?? "", reason);
});

test("planHealthCheck() refuses a scheme that is not HTTP's and a negative grace period", () => {
  const ftp: HealthCheck = { type: "HTTP", http: { port: 1, scheme: "ftp" } };
  assert.match(planHealthCheck(ftp).error ?? "", /scheme: 'ftp'/);
  const hasty: HealthCheck = { type: "TCP", tcp: { port: 1 }, grace_period_seconds: -1 };
  assert.match(planHealthCheck(hasty).error ?? "", /'grace_period_seconds'/);
});
