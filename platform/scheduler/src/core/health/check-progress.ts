/**
 * The checks of one task, as a state machine: each answer moves it, and it says when to ask next.
 *
 *              refused, or within the grace
 *                 ┌──┐     failed: counted
 *                 │  ▼       ┌──┐
 *     started ──► waiting ───┘  │            failuresMax in a row, or a failure status code
 *                 │  ▲──────────┘  ┌───────┐ ──────────────────────────────► ┌───────────┐
 *                 │    success ──► │healthy│                                 │ unhealthy │
 *                 │                └───────┘ ◄────────────────────────────── └───────────┘
 *                 │                    │              success (continuous)
 *                 │ out of time,       ▼
 *                 │ out of retries,   over, when the plan is not continuous
 *                 ▼ failure status code
 *               unhealthy, and over
 *
 * Grace. Singularity asks for the first time one startup interval (2 s) after TASK_RUNNING.
 * Differs: we ask at once and, within that time, again and again at growing distances, so that a task
 * that is up in 50 ms is known to be; what fails within it counts as startup, so nobody fails earlier.
 */

import { secondMs } from "@tavola/base";
import type { HealthPlan } from "./health-plan.ts";

export type UnhealthyReason =
  /** Nobody listened until the startup timeout. */
  | "startupTimeout"
  | "failureStatusCode"
  | "retriesUsedUp"
  /** Not one success in the time it had. */
  | "overdue"
  /** It was healthy, and then failed too often in a row. */
  | "continuousFailures";

export type HealthVerdict =
  | { readonly kind: "waiting" }
  | { readonly kind: "healthy" }
  | {
      readonly kind: "unhealthy";
      readonly reason: UnhealthyReason;
      /** A sentence for the task's history. */
      readonly message: string;
    };

export interface CheckProgress {
  readonly instanceNo: number;
  /** When the task entered TASK_RUNNING. */
  readonly runningAt: number;
  readonly verdict: HealthVerdict;
  /** Absent: no more checks. */
  readonly nextAt?: number;
  readonly hasSucceeded: boolean;
  /** Until the first success all that did not count as startup; afterwards those in a row. */
  readonly failures: number;
  /** Asked within the grace. */
  readonly graceAttempts: number;
}

export interface CheckAnswer {
  /** When it was asked. */
  readonly askedAt: number;
  readonly isSuccess: boolean;
  /** Nobody accepted the connection. */
  readonly isRefused: boolean;
  readonly statusCode?: number;
}

export interface CheckStart {
  readonly instanceNo: number;
  readonly runningAt: number;
  /** Whether it has passed a check before, in an earlier life of the scheduler. */
  readonly hasSucceeded: boolean;
  /** It has, and failed too often since. */
  readonly isUnhealthy: boolean;
  /** 0 to 1: where in the first interval the checks of a task begin that has passed one already. */
  readonly spread: number;
}

/** Distances of the checks within the grace: this, then doubled each time. */
const graceIntervalMs = 100;

const waiting: HealthVerdict = { kind: "waiting" };
const healthy: HealthVerdict = { kind: "healthy" };
const unhealthyBefore: HealthVerdict = {
  kind: "unhealthy",
  reason: "continuousFailures",
  message: "It was unhealthy before the scheduler began to check it",
};

export function checksStarted(plan: HealthPlan, start: CheckStart, now: number): CheckProgress {
  const { instanceNo, runningAt, hasSucceeded, isUnhealthy, spread } = start;
  const base = { instanceNo, runningAt, hasSucceeded, failures: 0, graceAttempts: 0 };
  if (!hasSucceeded) {
    const firstAt = runningAt + (plan.startupDelayMs ?? 0);
    return { ...base, verdict: waiting, nextAt: Math.max(now, firstAt) };
  }
  if (plan.continuous === undefined) return { ...base, verdict: healthy };
  const nextAt = now + spread * plan.continuous.intervalMs;
  return { ...base, verdict: isUnhealthy ? unhealthyBefore : healthy, nextAt };
}

export function checkAnswered(
  plan: HealthPlan,
  progress: CheckProgress,
  answer: CheckAnswer,
  now: number,
): CheckProgress {
  if (answer.isSuccess) return succeeded(plan, progress, answer, now);
  return progress.hasSucceeded
    ? failedLater(plan, progress, answer, now)
    : failedFirst(plan, progress, answer, now);
}

/** Whether a failed answer says only that the task is not up yet. */
export function countsAsStartup(
  plan: HealthPlan,
  progress: CheckProgress,
  answer: CheckAnswer,
): boolean {
  if (answer.isSuccess || progress.hasSucceeded) return false;
  return answer.isRefused || isWithinGrace(plan, progress, answer.askedAt);
}

function succeeded(
  plan: HealthPlan,
  progress: CheckProgress,
  answer: CheckAnswer,
  now: number,
): CheckProgress {
  const { nextAt: _, ...rest } = progress;
  const next = { ...rest, verdict: healthy, hasSucceeded: true, failures: 0 };
  if (plan.continuous === undefined) return next;
  return { ...next, nextAt: continuousAt(plan.continuous.intervalMs, answer, now) };
}

/** It has never succeeded yet. */
function failedFirst(
  plan: HealthPlan,
  progress: CheckProgress,
  answer: CheckAnswer,
  now: number,
): CheckProgress {
  const ranMs = now - progress.runningAt;
  if (isWithinGrace(plan, progress, answer.askedAt)) {
    const graceAttempts = progress.graceAttempts + 1;
    const nextAt =
      now + Math.min(graceIntervalMs * 2 ** (graceAttempts - 1), plan.startupIntervalMs);
    return { ...progress, graceAttempts, nextAt };
  }
  if (answer.isRefused) {
    if (ranMs > plan.startupTimeoutMs) return unhealthy(progress, "startupTimeout", answer, ranMs);
    return { ...progress, nextAt: now + plan.startupIntervalMs };
  }
  const failed = { ...progress, failures: progress.failures + 1 };
  if (isFailureStatus(plan, answer)) return unhealthy(failed, "failureStatusCode", answer, ranMs);
  if (plan.retriesMax !== undefined && failed.failures > plan.retriesMax) {
    return unhealthy(failed, "retriesUsedUp", answer, ranMs);
  }
  if (ranMs > plan.firstSuccessWithinMs) return unhealthy(failed, "overdue", answer, ranMs);
  return { ...failed, nextAt: now + plan.intervalMs };
}

/** It was healthy before; the checks go on whatever comes. */
function failedLater(
  plan: HealthPlan,
  progress: CheckProgress,
  answer: CheckAnswer,
  now: number,
): CheckProgress {
  const failed = { ...progress, failures: progress.failures + 1 };
  if (plan.continuous === undefined) return failed;
  const nextAt = continuousAt(plan.continuous.intervalMs, answer, now);
  const next = { ...failed, nextAt };
  if (failed.verdict.kind === "unhealthy") return next;
  const ranMs = now - progress.runningAt;
  if (isFailureStatus(plan, answer)) {
    return { ...unhealthy(failed, "failureStatusCode", answer, ranMs), nextAt };
  }
  if (failed.failures < plan.continuous.failuresMax) return next;
  return { ...unhealthy(failed, "continuousFailures", answer, ranMs), nextAt };
}

function continuousAt(intervalMs: number, answer: CheckAnswer, now: number): number {
  return Math.max(now + secondMs, answer.askedAt + intervalMs);
}

function isWithinGrace(plan: HealthPlan, progress: CheckProgress, askedAt: number): boolean {
  return plan.startupDelayMs === undefined && askedAt < progress.runningAt + plan.startupIntervalMs;
}

function isFailureStatus(plan: HealthPlan, { statusCode }: CheckAnswer): boolean {
  return statusCode !== undefined && plan.failureStatusCodes.includes(statusCode);
}

function unhealthy(
  progress: CheckProgress,
  reason: UnhealthyReason,
  answer: CheckAnswer,
  ranMs: number,
): CheckProgress {
  const { nextAt: _, ...rest } = progress;
  const message = messageOf(progress, reason, answer, Math.floor(ranMs / secondMs));
  return { ...rest, verdict: { kind: "unhealthy", reason, message } };
}

function messageOf(
  { instanceNo, failures }: CheckProgress,
  reason: UnhealthyReason,
  { statusCode }: CheckAnswer,
  ranSeconds: number,
): string {
  const last =
    statusCode === undefined ? "" : ` Last check returned with status code ${statusCode}`;
  switch (reason) {
    case "startupTimeout":
      return `Instance ${instanceNo} has not responded to healthchecks after running for ${ranSeconds} seconds`;
    case "failureStatusCode":
      return `Instance ${instanceNo} answered a healthcheck with status code ${statusCode}, which fails it at once`;
    case "retriesUsedUp":
      return `Instance ${instanceNo} failed ${failures} healthchecks, the max for the deploy.${last}`;
    case "overdue":
      return `Instance ${instanceNo} has been running for ${ranSeconds} seconds and has yet to pass healthchecks.${last}`;
    case "continuousFailures":
      return `Instance ${instanceNo} was healthy and then failed ${failures} healthchecks in a row.${last}`;
  }
}
