/**
 * The one place from which tasks are told to stop: the rule that decides when a task that is to be
 * cleaned up may be killed.
 *
 * Who waits for a replacement is killed only as far as healthy instances make up the number that is
 * wanted. What others may have been sent to is withdrawn first, and has time to drain. A kill is
 * repeated while the task is still there: it may have been lost on its way.
 */

import { killableOnceDrained } from "../announce/drain-task.ts";
import { oldInstancesWanted } from "../deploys/old-instances-wanted.ts";
import type { Request } from "../model/request.ts";
import type { RequestRule } from "../reconcile-request.ts";
import type { TaskRecord } from "../records.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { Turn } from "../turn.ts";
import { cleanupManners } from "./cleanup-manners.ts";
import { isHealthy } from "./task-health.ts";

export const settleCleanups: RequestRule = (turn, requestId) => {
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])];
  const cleaning = tasks.filter(({ cleanup }) => cleanup !== undefined);
  if (cleaning.length === 0) return undefined;
  const request = turn.get("request", requestId)?.request;
  const replaceable = replaceableNow(turn, requestId, tasks);
  let wakeAt: number | undefined;
  for (const task of cleaning) {
    const at = killableAt(turn, task, request, replaceable);
    const next = at === undefined || at > turn.now ? at : drainThenKill(turn, task, request);
    if (next !== undefined) wakeAt = Math.min(wakeAt ?? next, next);
  }
  return wakeAt;
};

/**
 * The waiting tasks that may go: one by one, so many that the healthy ones and the rest of the waiting
 * make up the number wanted; those of a bounce all at once, when they are not needed at all.
 *
 * Deploys are counted apart: one on trial may yet be rolled back. What is left of any other waits for
 * the active deploy's instances, and where there is no active deploy, for nothing.
 */
function replaceableNow(
  turn: Turn,
  requestId: string,
  tasks: readonly TaskRecord[],
): ReadonlySet<TaskRecord> {
  const replaceable = new Set<TaskRecord>();
  const { active, pending } = turn.get("requestDeploys", requestId) ?? {};
  const onTrial = pending?.deployMarker.deployId;
  const wantedOf = (deployId: string | undefined): number => {
    if (deployId === undefined) return 0;
    return deployId === onTrial
      ? (pending?.deployProgress.targetActiveInstances ?? 0)
      : oldInstancesWanted(turn.state, requestId);
  };
  for (const [deployId, waiting] of Map.groupBy(tasks.filter(waitsForReplacement), ({ taskId }) =>
    taskId.deployId === onTrial ? onTrial : active?.deployId,
  )) {
    const healthy = tasks.filter(
      (task) => task.cleanup === undefined && task.taskId.deployId === deployId && isHealthy(task),
    );
    const wanted = wantedOf(deployId);
    for (const task of mayGo(waiting, healthy, wanted)) replaceable.add(task);
  }
  return replaceable;
}

function mayGo(
  waiting: readonly TaskRecord[],
  healthy: readonly TaskRecord[],
  wanted: number,
): readonly TaskRecord[] {
  if (healthy.length >= wanted) return waiting;
  const replaced = new Set(healthy.map(({ taskId }) => taskId.instanceNo));
  const isSpare = ({ taskId: { instanceNo } }: TaskRecord): boolean =>
    replaced.has(instanceNo) || instanceNo > wanted;
  const oneByOne = waiting
    .filter((task) => manner(task) === "replaced")
    // What serves nobody goes first, then whose number another serves or nobody wants, then what was asked for first.
    .sort(
      (a, b) =>
        Number(isHealthy(a)) - Number(isHealthy(b)) ||
        Number(isSpare(b)) - Number(isSpare(a)) ||
        askedAt(a) - askedAt(b),
    );
  return oneByOne.slice(0, Math.max(0, healthy.length + waiting.length - wanted));
}

function waitsForReplacement(task: TaskRecord): boolean {
  return (
    task.kill === undefined &&
    task.drain === undefined &&
    ["replaced", "allReplaced"].includes(manner(task))
  );
}

function manner({ cleanup }: TaskRecord): string {
  return cleanup === undefined ? "" : cleanupManners[cleanup.cleanupType].manner;
}

function askedAt({ cleanup }: TaskRecord): number {
  return cleanup?.timestamp ?? 0;
}

/** From when on it may be killed as things stand; undefined: something has to happen first. */
function killableAt(
  turn: Turn,
  task: TaskRecord,
  request: Request | undefined,
  replaceable: ReadonlySet<TaskRecord>,
): number | undefined {
  const { cleanup, kill } = task;
  if (cleanup === undefined) return undefined;
  const { manner: how, jobsMayEnd } = cleanupManners[cleanup.cleanupType];
  const wantsDestroy = how === "destroy";
  if (kill !== undefined && !(wantsDestroy && !kill.destroy)) {
    return kill.lastAt + turn.config.killAgainAfterMs;
  }
  if (task.drain !== undefined) return turn.now;
  if (how === "ends") return undefined;
  if (isBeforeKillCommandRunning(task))
    return cleanup.timestamp + turn.config.beforeKillCommandMsMax;
  const isJob = request !== undefined && !isLongRunning(request);
  if (isJob && jobsMayEnd === true) {
    const graceMs = request.killOldNonLongRunningTasksAfterMillis ?? turn.config.killOldJobsAfterMs;
    return cleanup.timestamp + graceMs;
  }
  if (isJob || how === "now" || wantsDestroy) return turn.now;
  return replaceable.has(task) ? turn.now : undefined;
}

function isBeforeKillCommandRunning({ cleanup, shellCommands }: TaskRecord): boolean {
  const before = cleanup?.runBeforeKillId;
  if (before === undefined) return false;
  const command = shellCommands?.find(
    ({ shellRequest }) =>
      shellRequest.timestamp === before.timestamp && shellRequest.shellCommand.name === before.name,
  );
  const last = command?.shellUpdates.at(-1)?.updateType;
  return last !== "FINISHED" && last !== "FAILED" && last !== "INVALID";
}

/** Returns when it is to be looked at again. What is to be destroyed, or was told already, waits for nothing. */
function drainThenKill(turn: Turn, task: TaskRecord, request: Request | undefined): number {
  if (task.kill !== undefined || manner(task) === "destroy") return killNow(turn, task);
  const at = killableOnceDrained(turn, task, request);
  return at > turn.now ? at : killNow(turn, task);
}

/** Returns when it is to be told again. */
function killNow(turn: Turn, task: TaskRecord): number {
  const { agentId, taskId, kill } = task;
  const destroy = manner(task) === "destroy";
  turn.put("task", taskId.id, {
    ...task,
    kill: {
      firstAt: kill?.firstAt ?? turn.now,
      lastAt: turn.now,
      times: (kill?.times ?? 0) + 1,
      destroy: destroy || kill?.destroy === true,
    },
  });
  turn.effect({
    kind: "kill",
    taskId: taskId.id,
    agentId,
    ...(destroy ? { gracePeriodMs: 0 } : {}),
  });
  return turn.now + turn.config.killAgainAfterMs;
}
