/**
 * A long-running request has as many tasks as it asks for: numbers that are missing are planned,
 * numbers that are too many are cleaned up, the highest first.
 *
 * A number is taken by a task that is not being cleaned up, or by a plan. Of the deploy on trial as
 * many are kept as its progress says, of the active one as many as the trial leaves.
 */

import { type InstanceNumbers, oldInstanceNumbers } from "../deploys/old-instances-wanted.ts";
import type { PendingType } from "../model/enums.ts";
import type { PendingTask } from "../model/task.ts";
import type { RequestRule } from "../reconcile-request.ts";
import type { TaskRecord } from "../records.ts";
import { earliestStart } from "../requests/cooldown-delay.ts";
import { isLongRunning } from "../requests/long-running.ts";
import type { Turn } from "../turn.ts";
import { cleanUpTask } from "./clean-up-task.ts";
import { dropPlans, planTask } from "./plan-task.ts";

interface Wanted {
  readonly requestId: string;
  readonly deployId: string;
  readonly numbers: InstanceNumbers;
  /** Why a missing one is planned when nobody else has said so. */
  readonly pendingType: PendingType;
}

export const keepInstances: RequestRule = (turn, requestId) => {
  const known = turn.get("request", requestId);
  if (known === undefined || !isLongRunning(known.request)) return undefined;
  const deploys = turn.get("requestDeploys", requestId);
  const isRunnable = ["ACTIVE", "SYSTEM_COOLDOWN", "DEPLOYING_TO_UNPAUSE"].includes(known.state);
  const { active, pending } = deploys ?? {};
  const wanted = new Set<string>();
  if (isRunnable && active !== undefined) {
    const numbers = oldInstanceNumbers(turn.state, requestId);
    wanted.add(active.deployId);
    keepDeploy(turn, { requestId, deployId: active.deployId, numbers, pendingType: "TASK_DONE" });
  }
  if (isRunnable && pending !== undefined) {
    const { deployId } = pending.deployMarker;
    const numbers = { first: 1, last: pending.deployProgress.targetActiveInstances };
    wanted.add(deployId);
    keepDeploy(turn, { requestId, deployId, numbers, pendingType: "NEW_DEPLOY" });
  }
  dropPlans(turn, requestId, ({ pendingTaskId }) => !wanted.has(pendingTaskId.deployId));
  return undefined;
};

function keepDeploy(turn: Turn, wanted: Wanted): void {
  const { requestId, deployId, numbers } = wanted;
  const tasks = [...(turn.state.tasksOf.get(requestId)?.values() ?? [])].filter(
    ({ taskId }) => taskId.deployId === deployId,
  );
  const plans = [...(turn.state.pendingOf.get(requestId)?.values() ?? [])].filter(
    ({ pendingTaskId }) => pendingTaskId.deployId === deployId,
  );
  const standing = tasks.filter(({ cleanup }) => cleanup === undefined);
  scaleDown(turn, standing, numbers);
  dropPlans(turn, requestId, isTooMany(deployId, numbers, standing));
  const taken = new Set([
    ...standing.map(({ taskId }) => taskId.instanceNo),
    ...plans.map(({ pendingTaskId }) => pendingTaskId.instanceNo),
  ]);
  for (let instanceNo = numbers.first; instanceNo <= numbers.last; instanceNo += 1) {
    if (!taken.has(instanceNo)) planInstance(turn, wanted, instanceNo, tasks);
  }
}

function isWanted({ first, last }: InstanceNumbers, instanceNo: number): boolean {
  return instanceNo >= first && instanceNo <= last;
}

function scaleDown(turn: Turn, standing: readonly TaskRecord[], numbers: InstanceNumbers): void {
  for (const task of standing) {
    if (isWanted(numbers, task.taskId.instanceNo)) continue;
    cleanUpTask(turn, task, {
      cleanupType: "SCALING_DOWN",
      message: `instance ${task.taskId.instanceNo} of ${numbers.last}`,
    });
  }
}

/** Plans beyond the number wanted, and for numbers that a task has taken meanwhile. */
function isTooMany(
  deployId: string,
  numbers: InstanceNumbers,
  standing: readonly TaskRecord[],
): (pending: PendingTask) => boolean {
  const taken = new Set(standing.map(({ taskId }) => taskId.instanceNo));
  return ({ pendingTaskId: { deployId: ofDeploy, instanceNo } }) =>
    ofDeploy === deployId && (!isWanted(numbers, instanceNo) || taken.has(instanceNo));
}

function planInstance(
  turn: Turn,
  { requestId, deployId, pendingType }: Wanted,
  instanceNo: number,
  tasks: readonly TaskRecord[],
): void {
  const replaced = tasks.find(({ taskId }) => taskId.instanceNo === instanceNo);
  const { actionId, user, message } = replaced?.cleanup ?? {};
  const isNew = pendingType === "NEW_DEPLOY";
  planTask(turn, {
    requestId,
    deployId,
    instanceNo,
    pendingType: replaced === undefined ? pendingType : replacementType(replaced, pendingType),
    nextRunAt: isNew ? turn.now : earliestStart(turn, requestId),
    ...(actionId === undefined ? {} : { actionId }),
    ...(user === undefined ? {} : { user }),
    ...(message === undefined ? {} : { message }),
  });
}

function replacementType({ cleanup }: TaskRecord, otherwise: PendingType): PendingType {
  switch (cleanup?.cleanupType) {
    case "BOUNCING":
    case "INCREMENTAL_BOUNCE":
      return "BOUNCE";
    case "USER_REQUESTED_TASK_BOUNCE":
      return "TASK_BOUNCE";
    case "DECOMISSIONING":
      return "DECOMISSIONED_SLAVE_OR_RACK";
    default:
      return otherwise;
  }
}
