/**
 * The checks of all tasks: who is asked when, and at most so many at once.
 *
 * `core/health/check-progress.ts` decides; this keeps a heap of when each task is due, one timer for the
 * earliest, and asks through a `Probe`. A task that stays healthy is asked and nobody hears of it. When
 * as many checks are in flight as may be, those that fall due wait their turn: they come late, and a late
 * check is no failure.
 *
 * PERF: O(log n) a check; idle, one timer. 50,000 tasks every 30 s are 1,700 checks a second; the limit
 * of 1,000 in flight is met when they take 0.6 s each.
 */

import { CodedError, popFromHeap, pushOntoHeap } from "@tavola/base";
import type { Clock, Logger, Timer } from "@tavola/host";
import {
  type CheckAnswer,
  type CheckProgress,
  checkAnswered,
  checksStarted,
  countsAsStartup,
} from "../core/health/check-progress.ts";
import { type HealthReport, isWorthReporting } from "../core/health/health-reported.ts";
import type { HealthTarget } from "../core/health/health-target.ts";
import type { TaskHealthcheckResult } from "../core/model/task.ts";
import type { Probe, ProbeAnswer } from "./probe.ts";

export interface HealthChecker {
  /** Begins with the task's checks, anew where it has been checked already. */
  start(target: HealthTarget): void;
  /** Idempotent. Nothing is reported of the task after it, not even of a check in flight. */
  stop(taskId: string): void;
  /** Tasks being checked, and checks in flight. */
  readonly counts: { readonly tasks: number; readonly inFlight: number };
  close(): Promise<void>;
}

export interface HealthCheckerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Closed along with the checker. */
  readonly probe: Probe;
  readonly onReport: (report: HealthReport) => void;
  readonly inFlightMax: number;
}

export function createHealthChecker(options: HealthCheckerOptions): HealthChecker {
  return new TimedChecker(options);
}

interface CheckedTask {
  readonly target: HealthTarget;
  readonly stopped: AbortController;
  progress: CheckProgress;
  toldStartup: boolean;
}

interface DueCheck {
  readonly at: number;
  readonly task: CheckedTask;
}

function isEarlier(a: DueCheck, b: DueCheck): boolean {
  return a.at < b.at;
}

class TimedChecker implements HealthChecker {
  readonly #options: HealthCheckerOptions;
  readonly #tasks = new Map<string, CheckedTask>();
  /** Holds what was stopped, too, until it falls due. */
  readonly #due: DueCheck[] = [];
  readonly #underway = new Set<Promise<void>>();
  #timer: { readonly at: number; readonly handle: Timer } | undefined;
  #isClosed = false;

  constructor(options: HealthCheckerOptions) {
    this.#options = options;
  }

  get counts(): { readonly tasks: number; readonly inFlight: number } {
    return { tasks: this.#tasks.size, inFlight: this.#underway.size };
  }

  start(target: HealthTarget): void {
    if (this.#isClosed) return;
    const { taskId, plan, runningAt, hasSucceeded, isUnhealthy } = target;
    this.stop(taskId.id);
    const start = {
      instanceNo: taskId.instanceNo,
      runningAt,
      hasSucceeded,
      isUnhealthy,
      spread: shareOf(taskId.id),
    };
    const progress = checksStarted(plan, start, this.#options.clock.now());
    const task = { target, progress, stopped: new AbortController(), toldStartup: false };
    this.#tasks.set(taskId.id, task);
    this.#plan(task);
  }

  stop(taskId: string): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    this.#tasks.delete(taskId);
    task.stopped.abort(new CodedError("ABORTED", "the task is not checked any more"));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.handle.cancel();
    for (const taskId of [...this.#tasks.keys()]) this.stop(taskId);
    await Promise.all(this.#underway);
    await this.#options.probe.close();
  }

  #plan(task: CheckedTask): void {
    const { nextAt } = task.progress;
    if (nextAt === undefined) {
      this.#tasks.delete(task.target.taskId.id);
      return;
    }
    pushOntoHeap(this.#due, { at: nextAt, task }, isEarlier);
    this.#arm();
  }

  /** One timer, for whoever is due first; none while all places are taken. */
  #arm(): void {
    const first = this.#due[0];
    if (first === undefined || this.#isClosed || this.#underway.size >= this.#options.inFlightMax)
      return;
    if (this.#timer !== undefined && this.#timer.at <= first.at) return;
    this.#timer?.handle.cancel();
    const { clock } = this.#options;
    const handle = clock.after(Math.max(0, first.at - clock.now()), () => {
      this.#timer = undefined;
      this.#askDue();
    });
    this.#timer = { at: first.at, handle };
  }

  #askDue(): void {
    const now = this.#options.clock.now();
    while (this.#underway.size < this.#options.inFlightMax) {
      const first = this.#due[0];
      if (first === undefined || first.at > now) break;
      popFromHeap(this.#due, isEarlier);
      if (!first.task.stopped.signal.aborted) this.#askInBackground(first.task);
    }
    this.#arm();
  }

  #askInBackground(task: CheckedTask): void {
    const underway = this.#check(task)
      .catch((error: unknown) => {
        this.#options.logger.error({ error, taskId: task.target.taskId.id }, "health check failed");
      })
      .finally(() => {
        this.#underway.delete(underway);
        this.#arm();
      });
    this.#underway.add(underway);
  }

  async #check(task: CheckedTask): Promise<void> {
    const { clock } = this.#options;
    const askedAt = clock.now();
    const answer = await this.#ask(task);
    if (!task.stopped.signal.aborted) this.#answered(task, askedAt, answer);
  }

  async #ask({ target, stopped }: CheckedTask): Promise<ProbeAnswer> {
    const { plan, url } = target;
    if (url.value === undefined) return { kind: "failed", isRefused: false, error: url.error };
    const { method, protocol, responseTimeoutMs: timeoutMs } = plan;
    return this.#options.probe.ask({ url: url.value, method, protocol, timeoutMs }, stopped.signal);
  }

  #answered(task: CheckedTask, askedAt: number, probed: ProbeAnswer): void {
    const { plan, taskId } = task.target;
    const now = this.#options.clock.now();
    const answer = answerOf(probed, askedAt);
    const before = task.progress;
    task.progress = checkAnswered(plan, before, answer, now);
    this.#plan(task);
    const startup = countsAsStartup(plan, before, answer);
    const result: TaskHealthcheckResult = {
      taskId,
      timestamp: askedAt,
      durationMillis: now - askedAt,
      startup,
      ...(probed.kind === "failed" && { errorMessage: probed.error }),
      ...(probed.kind === "answered" && { statusCode: probed.statusCode }),
      ...(probed.kind === "answered" && probed.body !== undefined && { responseBody: probed.body }),
    };
    if (!isWorthReporting(before, task.progress, result, task.toldStartup)) return;
    if (startup) task.toldStartup = true;
    this.#options.onReport({ taskId: taskId.id, result, verdict: task.progress.verdict });
  }
}

function answerOf(probed: ProbeAnswer, askedAt: number): CheckAnswer {
  if (probed.kind === "failed") return { askedAt, isSuccess: false, isRefused: probed.isRefused };
  const { statusCode } = probed;
  return {
    askedAt,
    statusCode,
    isSuccess: statusCode >= 200 && statusCode <= 299,
    isRefused: false,
  };
}

/** 0 to 1, evenly over all ids and always the same of one: FNV-1a. */
function shareOf(taskId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < taskId.length; index += 1) {
    hash = Math.imul(hash ^ taskId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}
