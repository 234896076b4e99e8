/**
 * Why a deploy did not get ready in its time, in words for whoever is woken by it: for each instance
 * that is not healthy, where it is and what was last heard of it.
 */

import { stepAllowedMs } from "../health/step-allowed.ts";
import type { DeployFailure, PendingDeploy } from "../model/deploy-progress.ts";
import type { DeployRecord, RequestDeploys, TaskRecord } from "../records.ts";
import { durationWords } from "../requests/duration-words.ts";
import { isHealthy } from "../tasks/task-health.ts";
import type { Turn } from "../turn.ts";
import type { DeployEnd } from "./finish-deploy.ts";
import { standingOf } from "./step-state.ts";

interface Step {
  readonly deploys: RequestDeploys;
  readonly pending: PendingDeploy;
  readonly record: DeployRecord;
}

export function describeOverdue(turn: Turn, step: Step): DeployEnd {
  const { deploys, pending, record } = step;
  const standing = standingOf(turn, step);
  const target = pending.deployProgress.targetActiveInstances;
  const late = standing.filter((task) => !isHealthy(task));
  const deployFailures = [
    ...(deploys.failures ?? []),
    ...late.map((task) => lateTask(turn, task)),
    ...notPlaced(turn, step, target - standing.length),
  ];
  const allowed = durationWords(stepAllowedMs(turn.config.health, record.deploy));
  const healthy = standing.length - late.length;
  const message =
    standing.length < target
      ? `Only ${standing.length} of ${target} tasks could be launched for deploy within ${allowed}. ${deployFailures.at(-1)?.message ?? ""}`
      : `Deploy was able to launch ${standing.length} tasks, but not all of them became healthy within ${allowed} (${healthy} of ${target} healthy). ${deployFailures[0]?.message ?? ""}`;
  return { deployState: "OVERDUE", message: message.trim(), deployFailures };
}

function lateTask(turn: Turn, task: TaskRecord): DeployFailure {
  const { taskId, hostname, runningAt, state, updates } = task;
  const where = `Instance ${taskId.instanceNo} on ${hostname}`;
  if (runningAt === undefined) {
    const said = updates.at(-1)?.statusMessage;
    const message = `${where} never entered running state, last state was ${state}${said === undefined ? "" : ` (${said})`}`;
    return { reason: "TASK_NEVER_ENTERED_RUNNING", taskId, message };
  }
  const ran = durationWords(turn.now - runningAt);
  const message = `${where} has been running for ${ran} and has yet to pass healthchecks. ${lastCheck(task)}`;
  return { reason: "TASK_FAILED_HEALTH_CHECKS", taskId, message };
}

function lastCheck({ health }: TaskRecord): string {
  const last = health?.results.at(-1);
  if (last === undefined) return "No check has been answered.";
  if (last.statusCode !== undefined)
    return `Last check returned with status code ${last.statusCode}`;
  return `Last check failed: ${last.errorMessage ?? "no answer"}`;
}

/** With the placement's own reason, where it was tried. */
function notPlaced(turn: Turn, { pending }: Step, missing: number): readonly DeployFailure[] {
  if (missing <= 0) return [];
  const { requestId, deployId } = pending.deployMarker;
  const plans = [...(turn.state.pendingOf.get(requestId)?.values() ?? [])].filter(
    ({ pendingTaskId }) => pendingTaskId.deployId === deployId,
  );
  const why = plans
    .map(({ pendingTaskId }) => turn.state.reports.get(pendingTaskId.id)?.summary)
    .find((summary) => summary !== undefined);
  const target = pending.deployProgress.targetActiveInstances;
  return [
    {
      reason: "TASK_COULD_NOT_BE_SCHEDULED",
      message: `Only ${target - missing} of ${target} tasks could be launched for deploy, there may not be enough resources to launch the remaining tasks${why === undefined ? "" : `: ${why}`}`,
    },
  ];
}
