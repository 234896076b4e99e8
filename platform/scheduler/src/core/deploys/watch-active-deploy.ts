/**
 * The rule that watches a deploy for a while after it has succeeded, and rolls it back when too many of
 * its instances fall.
 *
 * An instance has fallen when it is not healthy, and by its own doing: it failed since the deploy
 * succeeded, does not answer its checks, or was restarted because it did not. An instance that a person
 * stopped, or that was lost with its host, has not; nor has one that was added since.
 */

import { type DeployWatch, deployKey, type RequestDeploys, type TaskRecord } from "../records.ts";
import { crashLoopsOf } from "../requests/crash-loop-record.ts";
import { instancesOf } from "../requests/long-running.ts";
import { isHealthy } from "../tasks/task-health.ts";
import type { Turn } from "../turn.ts";
import { startRollback } from "./deploy-rolled-back.ts";
import { mailDeploy, tellHistory } from "./tell-deploy.ts";

export function watchActiveDeploy(turn: Turn, requestId: string): number | undefined {
  const deploys = turn.get("requestDeploys", requestId);
  const watch = deploys?.watch;
  if (deploys === undefined || watch === undefined) return undefined;
  const known = turn.get("request", requestId);
  const isRunning = known?.state === "ACTIVE" || known?.state === "SYSTEM_COOLDOWN";
  if (!isRunning || watch.deployId !== deploys.active?.deployId || turn.now >= watch.until) {
    const { watch: _over, ...unwatched } = deploys;
    turn.put("requestDeploys", requestId, unwatched);
    return undefined;
  }
  // Another deploy is on trial: what comes of it decides.
  if (deploys.pending !== undefined) return watch.until;
  const reason = whyRollBack(turn, requestId, watch);
  if (reason === undefined) return watch.until;
  rollBack(turn, deploys, reason);
  return undefined;
}

function whyRollBack(turn: Turn, requestId: string, watch: DeployWatch): string | undefined {
  const loop = crashLoopsOf(turn, requestId).find(
    ({ deployId, end }) => deployId === watch.deployId && end === undefined,
  );
  if (loop !== undefined) return `its tasks crash in a loop (${loop.type})`;
  const request = turn.get("request", requestId)?.request;
  if (request === undefined) return undefined;
  const watched = Math.min(watch.instances, instancesOf(request));
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])].filter(
    ({ taskId }) => taskId.deployId === watch.deployId,
  );
  const failed = failedSince(turn, requestId, watch);
  let fallen = 0;
  for (let number = 1; number <= watched; number += 1) {
    const ofNumber = tasks.filter(({ taskId }) => taskId.instanceNo === number);
    if (ofNumber.some(isHealthy)) continue;
    if (failed.has(number) || ofNumber.some(isIll)) fallen += 1;
  }
  const share = (watched - fallen) / watched;
  if (share >= watch.minimumHealthyShare) return undefined;
  return `${fallen} of its ${watched} instances fell within ${Math.round((turn.now - watch.since) / 1000)} s after it had succeeded, and ${percent(watch.minimumHealthyShare)} must stay healthy`;
}

/** Its checks say so, or it was stopped because they did. */
function isIll({ health, cleanup }: TaskRecord): boolean {
  const stoppedFor = cleanup?.cleanupType;
  return (
    health?.unhealthySince !== undefined ||
    health?.failure !== undefined ||
    stoppedFor === "UNHEALTHY_NEW_TASK" ||
    stoppedFor === "OVERDUE_NEW_TASK"
  );
}

function failedSince(turn: Turn, requestId: string, watch: DeployWatch): ReadonlySet<number> {
  const statistics = turn.get("deploy", deployKey(requestId, watch.deployId))?.statistics;
  return new Set(
    (statistics?.taskFailureEvents ?? [])
      .filter(({ timestamp, type }) => timestamp >= watch.since && type !== "LOST_SLAVE")
      .map(({ instance }) => instance),
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function rollBack(turn: Turn, deploys: RequestDeploys, reason: string): void {
  const { requestId, active, previous } = deploys;
  const target = previous && turn.get("deploy", deployKey(requestId, previous.deployId))?.deploy;
  const key = deployKey(requestId, active?.deployId ?? "");
  const bad = turn.get("deploy", key);
  if (target === undefined || bad === undefined) {
    const { watch: _over, ...unwatched } = deploys;
    turn.put("requestDeploys", requestId, unwatched);
    return;
  }
  const message = `Deploy ${bad.deploy.id} had succeeded and is rolled back to ${target.id}: ${reason}`;
  const result = bad.result && {
    ...bad.result,
    message: [bad.result.message, message].filter((part) => part !== undefined).join(". "),
  };
  const told = result === undefined ? bad : { ...bad, result };
  turn.put("deploy", key, told);
  tellHistory(turn, told);
  mailDeploy(turn, "DEPLOY_FAILED", told, { message, rolledBackTo: target.id });
  startRollback(turn, deploys, target, { reason, isAutomatic: true });
}
