/** A task that is checked until the test ends, by real commands and connections. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { prepareShim } from "@tavola/containerizer";
import {
  createHttpClient,
  type HttpClient,
  newUuid,
  readProcesses,
  silentLogger,
  systemClock,
} from "@tavola/host";
import type { CheckInfo, TaskInfo } from "@tavola/protocol";
import type { CheckReport } from "../core/command-task.ts";
import { type ChecksOptions, type RunningChecks, startChecks } from "../shell/checks.ts";

/** At once, and again at once. */
export const soon = { delay_seconds: 0, interval_seconds: 0 };
export const shim = await prepareShim({ buildDirectory: tmpdir(), logger: silentLogger });
const withinMs = 10_000;

interface Checked {
  readonly checks: RunningChecks;
  readonly reports: readonly CheckReport[];
  readonly sandbox: string;
  /** In the environment of everything that a check runs. */
  readonly mark: string;
  /** The next report that nobody has taken. Rejects after ten seconds. */
  next(): Promise<CheckReport>;
}

/** Gone with the test. */
export function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "tavola-checks-"));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function http(context: TestContext): HttpClient {
  const client = createHttpClient();
  context.after(() => client.close());
  return client;
}

/** Which says nothing but what is given. */
export function taskOf(own: Partial<TaskInfo>): TaskInfo {
  return { name: "t", task_id: { value: "t" }, agent_id: { value: "a" }, ...own };
}

/** Checks a task until the test ends. */
export function checked(
  context: TestContext,
  own: Partial<TaskInfo>,
  options: Partial<ChecksOptions> = {},
): Checked {
  const sandbox = folder(context);
  const mark = newUuid();
  const reports: CheckReport[] = [];
  let taken = 0;
  let wake = (): void => {};
  const checks = startChecks({
    task: taskOf(own),
    environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", MARK: mark, COLOR: "red" },
    cwd: sandbox,
    place: { directory: sandbox, cgroups: [], shimCgroups: [] },
    shim,
    clock: systemClock(),
    http: http(context),
    logger: silentLogger,
    report: (report) => {
      reports.push(report);
      wake();
    },
    ...options,
  });
  context.after(() => checks.stop());
  const next = (): Promise<CheckReport> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("waited too long for a report")), withinMs);
      wake = () => {
        const report = reports[taken];
        if (report === undefined) return;
        taken += 1;
        clearTimeout(timer);
        wake = () => {};
        resolve(report);
      };
      wake();
    });
  return { checks, reports, sandbox, mark, next };
}

/** Pids of those who live and have the mark in their environment. */
export function marked(mark: string): number[] {
  return readProcesses()
    .filter(({ pid, state }) => {
      if (state === "Z") return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark);
      } catch {
        // It is gone, or somebody else's.
        return false;
      }
    })
    .map(({ pid }) => pid);
}

/** By a shell. */
export function commandCheck(value: string, own: Partial<CheckInfo> = {}): { check: CheckInfo } {
  return { check: { type: "COMMAND", command: { command: { value } }, ...soon, ...own } };
}

/** Fails where it is about health. */
export function statusOf(report: CheckReport): unknown {
  assert.equal(report.kind, "check");
  return report.status;
}
