/**
 * When to check a task next, and what a result means: events in, effects out. Pure.
 *
 * ```
 *   idle --started--> waiting --woke--> probing --probed--> waiting ...
 * ```
 *
 * The interval counts from the end of a probe, so one check never overlaps itself. A schedule knows
 * nothing of the task's end: whoever runs it stops asking.
 *
 * Source: health_checker.cpp, checker.cpp and checker_process.cpp in Mesos's src/checks.
 */

import { type Instant, invariant, later } from "@tavola/base";
import type { CheckInfo, CheckStatusInfo } from "@tavola/protocol";
import type { CheckPlan, HealthPlan, Probe } from "./check-plan.ts";
import type { CheckReport } from "./command-task.ts";

/** What a probe has found. */
export type ProbeResult =
  /** A command, by itself. */
  | { readonly kind: "exited"; readonly code: number }
  /** An HTTP server. */
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "connected"; readonly succeeded: boolean }
  /** Nothing: it could not be made, was broken off or took too long. */
  | { readonly kind: "failed"; readonly reason: string };

export type CheckEffect =
  | { readonly kind: "wakeAt"; readonly at: Instant }
  /** To be answered by `probed()`, after `timeoutMs` at the latest; undefined: no limit. */
  | { readonly kind: "probe"; readonly probe: Probe; readonly timeoutMs: number | undefined }
  | { readonly kind: "report"; readonly report: CheckReport }
  /** For the log: a result that is not what one hopes for, and what follows from it. */
  | { readonly kind: "remark"; readonly text: string };

/** What a result means, in a life of results. */
type Judge = (result: ProbeResult, now: Instant) => CheckEffect[];

type Phase = "idle" | "waiting" | "probing";

export class CheckSchedule {
  readonly #plan: CheckPlan;
  readonly #judge: Judge;
  #phase: Phase = "idle";

  constructor(plan: CheckPlan, judge: Judge) {
    this.#plan = plan;
    this.#judge = judge;
  }

  started(now: Instant): CheckEffect[] {
    this.#move("idle", "waiting");
    return [{ kind: "wakeAt", at: later(now, this.#plan.delayMs) }];
  }

  woke(): CheckEffect[] {
    this.#move("waiting", "probing");
    const { probe, timeoutMs } = this.#plan;
    return [{ kind: "probe", probe, timeoutMs }];
  }

  probed(result: ProbeResult, now: Instant): CheckEffect[] {
    this.#move("probing", "waiting");
    const at = later(now, this.#plan.intervalMs);
    return [...this.#judge(result, now), { kind: "wakeAt", at }];
  }

  #move(from: Phase, to: Phase): void {
    invariant(this.#phase === from, `illegal move of a check: ${this.#phase} -> ${to}`);
    this.#phase = to;
  }
}

/**
 * Every failure outside of the grace period is reported, success only the first time and after
 * failures. The grace period counts from `now`, the start of the task.
 */
export function scheduleHealthCheck(plan: HealthPlan, now: Instant): CheckSchedule {
  const graceEnds = later(now, plan.graceMs);
  let hasSucceeded = false;
  let failures = 0;
  return new CheckSchedule(plan, (result, at) => {
    const failure = failureIn(result);
    if (failure === undefined) {
      if (hasSucceeded && failures === 0) return [];
      hasSucceeded = true;
      failures = 0;
      return [{ kind: "report", report: { kind: "health", healthy: true, kill: false } }];
    }
    if (!hasSucceeded && plan.graceMs > 0 && at <= graceEnds) {
      return [remark(plan, `${failure}; ignored in the grace period`)];
    }
    failures += 1;
    const kill = failures >= plan.failuresMax;
    return [
      remark(plan, `${failure}; consecutive failures: ${failures} of ${plan.failuresMax}`),
      { kind: "report", report: { kind: "health", healthy: false, kill } },
    ];
  });
}

/** Why it is not healthy; undefined when it is. */
function failureIn(result: ProbeResult): string | undefined {
  switch (result.kind) {
    case "exited":
      return result.code === 0 ? undefined : `command exited with status ${result.code}`;
    case "answered":
      return result.status >= 200 && result.status < 400
        ? undefined
        : `unexpected HTTP response code ${result.status}`;
    case "connected":
      return result.succeeded ? undefined : "TCP connection failed";
    case "failed":
      return result.reason;
  }
}

/** A status is reported when it is another than the one before; the first before is an empty one. */
export function scheduleCheck(plan: CheckPlan): CheckSchedule {
  let last: number | boolean | undefined;
  return new CheckSchedule(plan, (result) => {
    const remarks = result.kind === "failed" ? [remark(plan, result.reason)] : [];
    const value = measuredIn(result);
    if (value === last) return remarks;
    last = value;
    const status = statusOf(plan.probe, result);
    return [...remarks, { kind: "report", report: { kind: "check", status } }];
  });
}

function remark({ name }: CheckPlan, text: string): CheckEffect {
  return { kind: "remark", text: `${name} failed: ${text}` };
}

/** One check has results of one kind, so the value tells them apart; undefined where there is none. */
function measuredIn(result: ProbeResult): number | boolean | undefined {
  switch (result.kind) {
    case "exited":
      return result.code;
    case "answered":
      return result.status;
    case "connected":
      return result.succeeded;
    case "failed":
      return undefined;
  }
}

const checkTypes = {
  command: "COMMAND",
  http: "HTTP",
  tcp: "TCP",
} as const satisfies Record<Probe["kind"], NonNullable<CheckInfo["type"]>>;

/** Of the probe's type also when there is no result: then the member of that type is empty. */
function statusOf({ kind }: Probe, result: ProbeResult): CheckStatusInfo {
  const type = checkTypes[kind];
  switch (result.kind) {
    case "exited":
      return { type, command: { exit_code: result.code } };
    case "answered":
      return { type, http: { status_code: result.status } };
    case "connected":
      return { type, tcp: { succeeded: result.succeeded } };
    case "failed":
      return { type, [kind]: {} };
  }
}
