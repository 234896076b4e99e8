/**
 * What every turn ends with, whatever began it: requests that were touched are held to their rules,
 * and tasks that may be placed are.
 *
 * The order of the rules is the order in which a request's life is settled: what was asked for a while
 * only is taken back, then health, deploys, how many there are, and last who may be stopped.
 */

import { advanceDeploy } from "./deploys/advance-deploy.ts";
import { forgetDeploys } from "./deploys/forget-deploys.ts";
import { watchActiveDeploy } from "./deploys/watch-active-deploy.ts";
import { keepJobs } from "./jobs/keep-jobs.ts";
import { limitRuntimes } from "./jobs/limit-runtimes.ts";
import { placeTasks } from "./placement/place-tasks.ts";
import { type RequestRule, reconcileDirty } from "./reconcile-request.ts";
import { finishDeletion } from "./requests/finish-deletion.ts";
import { followCrashLoops } from "./requests/follow-crash-loops.ts";
import { revertExpired } from "./requests/revert-expired.ts";
import { settleBounce } from "./requests/settle-bounce.ts";
import { dueToBePlaced } from "./tasks/due-plans.ts";
import { keepInstances } from "./tasks/keep-instances.ts";
import { askAboutStalled } from "./tasks/reconciliation.ts";
import { settleCleanups } from "./tasks/task-cleanups.ts";
import { settleHealth } from "./tasks/task-health.ts";
import { restartUnhealthy } from "./tasks/unhealthy-restarts.ts";
import type { Turn } from "./turn.ts";

export const requestRules: readonly RequestRule[] = [
  finishDeletion,
  revertExpired,
  settleHealth,
  followCrashLoops,
  advanceDeploy,
  watchActiveDeploy,
  settleBounce,
  restartUnhealthy,
  keepJobs,
  limitRuntimes,
  keepInstances,
  settleCleanups,
  askAboutStalled,
  forgetDeploys,
  dueToBePlaced,
];

export function finishTurn(turn: Turn): void {
  reconcileDirty(turn, requestRules);
  if (!turn.state.placementDue) return;
  turn.state.placementDue = false;
  placeTasks(turn);
  reconcileDirty(turn, requestRules);
}
