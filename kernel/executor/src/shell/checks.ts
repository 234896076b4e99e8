/**
 * Checking a task for as long as it runs: one loop for its health check and one for its check.
 *
 * Carries out what `core/check-schedule.ts` decides. What a report leads to is `CommandTask`'s.
 */

import { join } from "node:path";
import { describeError, type Result } from "@tavola/base";
import type { ProcessPlace, ProcessUser, ShimProgram } from "@tavola/containerizer";
import type { Clock, HttpClient, Logger, Timer } from "@tavola/host";
import type { TaskInfo } from "@tavola/protocol";
import { type CheckPlan, type Probe, planCheck, planHealthCheck } from "../core/check-plan.ts";
import {
  type CheckEffect,
  type CheckSchedule,
  type ProbeResult,
  scheduleCheck,
  scheduleHealthCheck,
} from "../core/check-schedule.ts";
import type { CheckReport } from "../core/command-task.ts";
import { type CheckPlace, endAbandonedCheck, runCheckCommand } from "./check-command.ts";
import { askHttp, tryConnecting } from "./check-connections.ts";

export interface ChecksOptions {
  readonly task: TaskInfo;
  /** The task's. */
  readonly environment: Readonly<Record<string, string>>;
  /** The sandbox. */
  readonly cwd: string;
  /** The task's; absent: who we are. */
  readonly user?: ProcessUser;
  /** The task's container, which commands enter; its runtime directory exists. */
  readonly place: ProcessPlace;
  readonly shim: ShimProgram;
  readonly clock: Clock;
  readonly http: HttpClient;
  readonly logger: Logger;
  /** May stop the checks. Not called any more once they are stopped. */
  readonly report: (report: CheckReport) => void;
}

export interface RunningChecks {
  /** Ends also what is under way, with its processes. Idempotent. */
  stop(): void;
}

const none: RunningChecks = { stop: () => {} };

/**
 * Call it when the task runs: delays and grace periods count from now. What an earlier host had under
 * way for the same container is ended.
 */
export function startChecks(options: ChecksOptions): RunningChecks {
  const { check, health_check: healthCheck } = options.task;
  if (check === undefined && healthCheck === undefined) return none;
  const loops: CheckLoop[] = [];
  const add = <P extends CheckPlan>(
    name: string,
    plan: Result<P>,
    schedule: (plan: P) => CheckSchedule,
  ): void => {
    if (plan.error !== undefined) {
      const taskId = options.task.task_id.value;
      options.logger.error({ taskId, reason: plan.error }, `cannot start the ${name} of a task`);
      return;
    }
    loops.push(new CheckLoop(name, schedule(plan.value), options));
  };
  if (check) add("check", planCheck(check), scheduleCheck);
  if (healthCheck) {
    const now = options.clock.now();
    const plan = planHealthCheck(healthCheck);
    add("health-check", plan, (health) => scheduleHealthCheck(health, now));
  }
  for (const loop of loops) loop.start();
  return {
    stop: () => {
      for (const loop of loops) loop.stop();
    },
  };
}

class CheckLoop {
  readonly #schedule: CheckSchedule;
  readonly #options: ChecksOptions;
  readonly #place: CheckPlace;
  #timer: Timer | undefined;
  /** Of the probe under way. */
  #abort: AbortController | undefined;
  #isStopped = false;

  constructor(name: string, schedule: CheckSchedule, options: ChecksOptions) {
    this.#schedule = schedule;
    this.#options = options;
    const { shim, environment, cwd, user, place: container } = options;
    const directory = join(container.directory, name);
    this.#place = { shim, directory, container, environment, cwd, user };
  }

  start(): void {
    endAbandonedCheck(this.#place.directory);
    this.#carryOut(this.#schedule.started(this.#options.clock.now()));
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#abort?.abort();
  }

  #carryOut(effects: readonly CheckEffect[]): void {
    const { clock, logger, report, task } = this.#options;
    for (const effect of effects) {
      // A report before may have been the reason to stop.
      if (this.#isStopped) return;
      switch (effect.kind) {
        case "wakeAt":
          this.#timer = clock.after(effect.at - clock.now(), () => {
            this.#carryOut(this.#schedule.woke());
          });
          break;
        case "probe":
          void this.#probe(effect.probe, effect.timeoutMs);
          break;
        case "report":
          report(effect.report);
          break;
        case "remark":
          logger.warn({ taskId: task.task_id.value }, effect.text);
      }
    }
  }

  async #probe(probe: Probe, timeoutMs: number | undefined): Promise<void> {
    const { clock } = this.#options;
    const abort = new AbortController();
    this.#abort = abort;
    this.#timer = timeoutMs === undefined ? undefined : clock.after(timeoutMs, () => abort.abort());
    let result: ProbeResult;
    try {
      result = await this.#look(probe, abort.signal);
    } catch (error) {
      const reason = abort.signal.aborted
        ? `timed out after ${(timeoutMs ?? 0) / 1000} s`
        : describeError(error);
      result = { kind: "failed", reason };
    }
    this.#timer?.cancel();
    this.#abort = undefined;
    if (!this.#isStopped) this.#carryOut(this.#schedule.probed(result, clock.now()));
  }

  #look(probe: Probe, signal: AbortSignal): Promise<ProbeResult> {
    switch (probe.kind) {
      case "command":
        return runCheckCommand(probe.command, this.#place, signal);
      case "http":
        return askHttp(this.#options.http, probe.url, signal);
      case "tcp":
        return tryConnecting(probe, signal);
    }
  }
}
