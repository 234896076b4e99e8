/**
 * The rule that watches how the tasks of the active deploy fail, and holds a request back that does
 * nothing but crash.
 *
 *     ACTIVE           --enough failures within a minute-->                    SYSTEM_COOLDOWN
 *     SYSTEM_COOLDOWN  --the minute has fewer / a job succeeds / exit-cooldown--> ACTIVE
 *
 * In cooldown what is started waits (`cooldown-delay.ts`). The other loops are told, and change nothing.
 *
 * Differs: instances lost with their host do not count towards cooldown, because then the death of a
 * host would keep its requests down; what is to run for ever and ends well does count, because it is
 * started again as often; and after leaving cooldown it takes a full number of new failures to be back.
 */

import { activeDeployOf } from "../deploys/which-deploy.ts";
import { putMail } from "../mail/put-mail.ts";
import type { TaskFailureEvent } from "../model/deploy-progress.ts";
import type { CrashLoopInfo } from "../model/request.ts";
import type { DeployRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { activeLoops, nextLoopCheckAt } from "./crash-loop-detectors.ts";
import { announceLoop, crashLoopsOf, putCrashLoops } from "./crash-loop-record.ts";
import { isAlwaysRunning, isLongRunning } from "./long-running.ts";
import { requestChanged } from "./request-changed.ts";

export function followCrashLoops(turn: Turn, requestId: string): number | undefined {
  const known = turn.get("request", requestId);
  if (known === undefined || !["ACTIVE", "SYSTEM_COOLDOWN"].includes(known.state)) return undefined;
  const record = activeDeployOf(turn.state, requestId);
  const statistics = record?.statistics;
  const before = crashLoopsOf(turn, requestId);
  if (record === undefined || statistics === undefined) {
    if (before.length > 0) putCrashLoops(turn, requestId, []);
    if (known.state === "SYSTEM_COOLDOWN") leaveCooldown(turn, requestId);
    return undefined;
  }
  const hasFailed = (statistics.taskFailureEvents ?? []).length > 0;
  if (!hasFailed && before.length === 0 && known.state === "ACTIVE") return undefined;
  const cooling = settleCooldown(turn, requestId, record);
  noteLoops(turn, requestId, record);
  const isLooping = crashLoopsOf(turn, requestId).some(({ end }) => end === undefined);
  const nextCheck = isLooping
    ? nextLoopCheckAt(turn.config.crashLoops, statistics.taskFailureEvents ?? [], turn.now)
    : undefined;
  return cooling === undefined || nextCheck === undefined
    ? (cooling ?? nextCheck)
    : Math.min(cooling, nextCheck);
}

/** Returns when cooldown ends if nothing more fails. */
function settleCooldown(turn: Turn, requestId: string, record: DeployRecord): number | undefined {
  const known = turn.get("request", requestId);
  if (known === undefined) return undefined;
  const { evaluateCooldownOverMs, cooldownFailureThreshold } = turn.config.crashLoops;
  const counted = countedFailures(turn, requestId, record).map(({ timestamp }) => timestamp);
  const decisive = counted.at(-cooldownFailureThreshold);
  const endsAt = decisive === undefined ? undefined : decisive + evaluateCooldownOverMs;
  const isLooping = endsAt !== undefined && turn.now < endsAt;
  if (known.state === "SYSTEM_COOLDOWN") {
    if (isLooping && !hasSucceeded(turn, requestId, record)) return endsAt;
    leaveCooldown(turn, requestId);
    return undefined;
  }
  if (!isLooping || !isAlwaysRunning(known.request)) return undefined;
  const { request } = known;
  const message = `${cooldownFailureThreshold} or more tasks failed within ${evaluateCooldownOverMs / 1000} s`;
  requestChanged(turn, {
    request,
    state: "SYSTEM_COOLDOWN",
    eventType: "ENTERED_COOLDOWN",
    message,
  });
  const details = { delayMillis: turn.config.cooldownMinScheduleMs };
  putMail(turn, { type: "REQUEST_IN_COOLDOWN", requestId, request, message, details });
  return endsAt;
}

/** Oldest first; those before the last time that cooldown was left count no more. */
function countedFailures(
  turn: Turn,
  requestId: string,
  { deploy, statistics }: DeployRecord,
): readonly TaskFailureEvent[] {
  const leftAt = crashLoopsOf(turn, requestId)
    .filter(({ type, deployId }) => type === "FAST_FAILURE_LOOP" && deployId === deploy.id)
    .reduce((last, { end = 0 }) => Math.max(last, end), 0);
  return (statistics?.taskFailureEvents ?? [])
    .filter(({ type, timestamp }) => type !== "LOST_SLAVE" && timestamp > leftAt)
    .sort((a, b) => a.timestamp - b.timestamp);
}

/** A job that ends well has shown that it can. */
function hasSucceeded(turn: Turn, requestId: string, { statistics }: DeployRecord): boolean {
  const request = turn.get("request", requestId)?.request;
  if (request === undefined || isLongRunning(request)) return false;
  return statistics?.lastTaskState === "TASK_FINISHED";
}

function leaveCooldown(turn: Turn, requestId: string): void {
  const known = turn.get("request", requestId);
  if (known === undefined) return;
  const { request } = known;
  requestChanged(turn, { request, state: "ACTIVE", eventType: "EXITED_COOLDOWN" });
}

/** Writes down which loops have begun and which have ended, and tells CRASHLOOP webhooks. */
function noteLoops(turn: Turn, requestId: string, { deploy, statistics }: DeployRecord): void {
  const known = turn.get("request", requestId);
  if (known === undefined) return;
  const all = crashLoopsOf(turn, requestId);
  const before = all.filter(({ deployId }) => deployId === deploy.id);
  const active = activeLoops({
    settings: turn.config.crashLoops,
    events: statistics?.taskFailureEvents ?? [],
    isCooling: known.state === "SYSTEM_COOLDOWN",
    isLongRunning: isLongRunning(known.request),
    cleaningSince: cleaningSince(turn, requestId, deploy.id),
    now: turn.now,
  });
  const goesOn = (loop: CrashLoopInfo): boolean =>
    loop.end !== undefined || active.some(({ type }) => type === loop.type);
  const isKnown = (type: CrashLoopInfo["type"]): boolean =>
    before.some((loop) => loop.type === type && loop.end === undefined);
  const begun = active
    .filter(({ type }) => !isKnown(type))
    .map(({ type, start }) => ({ requestId, deployId: deploy.id, type, start }));
  const over = before.filter((loop) => !goesOn(loop));
  if (begun.length === 0 && over.length === 0 && before.length === all.length) return;
  const end = Math.floor(turn.now);
  const ended = over.map((loop) => ({ ...loop, end }));
  putCrashLoops(turn, requestId, [...before.filter(goesOn), ...ended, ...begun]);
  for (const loop of [...begun, ...ended]) announceLoop(turn, loop);
  turn.dirty(requestId);
}

/** Since when which instances wait for a replacement. */
function cleaningSince(turn: Turn, requestId: string, deployId: string): Map<number, number> {
  const since = new Map<number, number>();
  for (const { taskId, cleanup } of turn.state.tasksOf.get(requestId)?.values() ?? []) {
    if (cleanup === undefined || taskId.deployId !== deployId) continue;
    since.set(taskId.instanceNo, Math.max(since.get(taskId.instanceNo) ?? 0, cleanup.timestamp));
  }
  return since;
}
