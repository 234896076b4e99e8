/**
 * What every turn ends with, whatever began it: requests that were touched are held to their rules,
 * and tasks that may be placed are.
 *
 * The order of the rules is the order in which a request's life is settled: what was asked for a while
 * only is taken back, then deploys move, then health, then how many there are, and last who may be
 * stopped.
 */

import { advanceDeploy } from "./deploys/advance-deploy.ts";
import { watchDeploy } from "./deploys/watch-deploy.ts";
import { keepJobs } from "./jobs/keep-jobs.ts";
import { limitRuntimes } from "./jobs/limit-runtimes.ts";
import { placeTasks } from "./placement/place-tasks.ts";
import { type RequestRule, reconcileDirty } from "./reconcile-request.ts";
import { detectCrashLoops } from "./requests/crash-loops.ts";
import { revertExpired } from "./requests/expired-actions.ts";
import { settleBounce } from "./requests/request-bounced.ts";
import { finishRemoval } from "./requests/request-removed.ts";
import { dueToBePlaced } from "./tasks/due-plans.ts";
import { keepInstances } from "./tasks/keep-instances.ts";
import { askAboutStalled } from "./tasks/reconciliation.ts";
import { settleCleanups } from "./tasks/task-cleanups.ts";
import { settleHealth } from "./tasks/task-health.ts";
import { restartUnhealthy } from "./tasks/unhealthy-restarts.ts";
import type { Turn } from "./turn.ts";

export const requestRules: readonly RequestRule[] = [
  revertExpired,
  settleHealth,
  detectCrashLoops,
  advanceDeploy,
  watchDeploy,
  restartUnhealthy,
  settleBounce,
  keepInstances,
  keepJobs,
  limitRuntimes,
  settleCleanups,
  askAboutStalled,
  finishRemoval,
  dueToBePlaced,
];

export function finishTurn(turn: Turn): void {
  reconcileDirty(turn, requestRules);
  if (!turn.state.placementDue) return;
  turn.state.placementDue = false;
  placeTasks(turn);
  reconcileDirty(turn, requestRules);
}
