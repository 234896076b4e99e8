/**
 * Whether a job may be run now, and the run filled in: it always has a run id.
 */

import { type Instant, type Random, randomUuid } from "@tavola/base";
import type { RunNowRequest } from "../model/actions.ts";
import type { Deploy } from "../model/deploy.ts";
import type { PendingType } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { type Outcome, refused } from "../turn.ts";
import { environmentSentence } from "./environment-rules.ts";
import { type Rule, refuseBy, when } from "./rules.ts";

export interface RunNowContext {
  readonly config: SchedulerConfig;
  readonly now: Instant;
  readonly random: Random;
  /** The one that would run. */
  readonly deploy?: Deploy;
}

export interface JobContext extends RunNowContext {
  readonly request: Request;
  /** Of this request, running or being ended. */
  readonly activeTasks: number;
  readonly pendingTasks: number;
}

export interface ValidRun {
  readonly pendingType: PendingType;
  readonly run: RunNowRequest & { readonly runId: string };
}

export function isRunnable({ requestType }: Request): boolean {
  return requestType === "SCHEDULED" || requestType === "ON_DEMAND";
}

export function notRunnableSentence({ id }: Request): string {
  return `Can not request an immediate run of a non-scheduled / always running request (${id})`;
}

/** Refused with 400, with 409 while a scheduled job runs, with 429 at the cap of instances. */
export function validateRunNow(posted: RunNowRequest, context: JobContext): Outcome<ValidRun> {
  const { request, activeTasks } = context;
  if (!isRunnable(request)) return refused(400, notRunnableSentence(request));
  if (request.requestType === "SCHEDULED" && activeTasks > 0) {
    return refused(
      409,
      `Cannot request immediate run of a scheduled job which is currently running (${activeTasks})`,
    );
  }
  const tooMany = tooManySentence(context);
  if (tooMany !== undefined) return refused(429, tooMany);
  const run = fillRunNow(posted, context);
  if (run.refusal !== undefined) return run;
  return {
    value: {
      pendingType: request.requestType === "SCHEDULED" ? "IMMEDIATE" : "ONEOFF",
      run: run.value,
    },
  };
}

/** A cap of the operator's (`maxActiveOnDemandTasksPerRequest`) refuses nobody: those runs wait. */
function tooManySentence(context: JobContext): string | undefined {
  const { request, activeTasks, pendingTasks, config } = context;
  if (request.requestType !== "ON_DEMAND") return undefined;
  const { id, instances } = request;
  const most = config.maxPendingRunsPerRequest;
  return (
    when(
      instances !== undefined && activeTasks + pendingTasks >= instances,
      `No more than ${instances} tasks allowed to run concurrently for request ${id} (${activeTasks} active, ${pendingTasks} pending)`,
    ) ??
    when(
      pendingTasks >= most,
      `No more than ${most} runs of request ${id} may wait (maxPendingRunsPerRequest in configuration); ${activeTasks} are running`,
    )
  );
}

/** A run by itself: its length of id, its time, its overrides. */
export function fillRunNow(
  posted: RunNowRequest,
  context: RunNowContext,
): Outcome<RunNowRequest & { readonly runId: string }> {
  const refusal = refuseBy(posted, rules(context));
  if (refusal !== undefined) return refusal;
  return { value: { ...posted, runId: posted.runId ?? randomUuid(context.random) } };
}

const rules = ({ config, now, deploy }: RunNowContext): readonly Rule<RunNowRequest>[] => [
  ({ envOverrides }) => environmentSentence(envOverrides),
  ({ commandLineArgs = [] }) =>
    when(
      commandLineArgs.some((arg) => arg.includes("STARTED_BY_USER")),
      "Cannot override STARTED_BY_USER",
    ),
  ({ resources }) => {
    const ports = deploy?.resources?.numPorts ?? 0;
    return when(
      resources !== undefined && resources.numPorts < ports,
      `Number of ports in resource overrides must be >= the amount specified in the Singularity deploy (deploy: ${ports}, runNowRequest: ${resources?.numPorts})`,
    );
  },
  ({ resources }) => {
    if (resources === undefined) return undefined;
    const { maxCpusPerInstance, maxMemoryMbPerInstance, maxDiskMbPerInstance } = config;
    return (
      when(!(resources.cpus > 0), "Resource overrides must have more than 0 cpus") ??
      when(!(resources.memoryMb > 0), "Resource overrides must have more than 0 memoryMb") ??
      when(
        resources.cpus > maxCpusPerInstance,
        `Resource overrides use too many cpus ${resources.cpus} (maxCpusPerInstance ${maxCpusPerInstance} in mesos configuration)`,
      ) ??
      when(
        resources.memoryMb > maxMemoryMbPerInstance,
        `Resource overrides use too much memoryMb ${resources.memoryMb} (maxMemoryMbPerInstance ${maxMemoryMbPerInstance} in mesos configuration)`,
      ) ??
      when(
        resources.diskMb > maxDiskMbPerInstance,
        `Resource overrides use too much diskMb ${resources.diskMb} (maxDiskMbPerInstance ${maxDiskMbPerInstance} in mesos configuration)`,
      )
    );
  },
  ({ runId = "" }) =>
    when(
      runId.length > config.maxRunIdSize,
      `RunId must be less than ${config.maxRunIdSize} characters. RunId ${runId} has ${runId.length} characters`,
    ),
  // Differs: runs are looked up by it, in databases that keep no such text.
  ({ runId = "" }) =>
    when(
      runId.includes("\u0000") || !runId.isWellFormed(),
      "RunId must be a text without U+0000 and halves of characters",
    ),
  ({ runAt = 0 }) =>
    when(
      runAt > now + config.maxRunNowTaskLaunchDelayMs,
      `Task launch delay can be at most ${config.maxRunNowTaskLaunchDelayMs / 86_400_000} days from now.`,
    ),
];
