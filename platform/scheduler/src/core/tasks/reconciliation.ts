/**
 * Asking the master how tasks are: all of them after every subscription and now and then, one when
 * nothing was heard of its launch.
 *
 * After a subscription nothing is launched until the master has answered for every task known from
 * before, or for so long that the rest must wait for agents that have yet to come back: their tasks
 * stay in the books meanwhile, so that none is started twice. What runs and is in no book is found by
 * asking about everything, and told to stop.
 */

import type { ClusterRule } from "../cluster-rules.ts";
import type { RequestRule } from "../reconcile-request.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";

export interface Subscribed {
  readonly frameworkId: string;
  /** host:port. */
  readonly master?: string;
}

/** The master has taken us in, for the first time or again. */
export function subscribed(turn: Turn, { frameworkId, master }: Subscribed): void {
  const { link, records } = turn.state;
  link.connected = true;
  link.frameworkId = frameworkId;
  if (master !== undefined) link.master = master;
  if (turn.get("setting", "frameworkId") === undefined) {
    turn.put("setting", "frameworkId", { value: frameworkId });
  }
  link.unreconciled.clear();
  for (const taskId of records.task.keys()) link.unreconciled.add(taskId);
  link.reconciliation.started(turn.now, link.unreconciled.size);
  link.launchesFrom = (turn.now + turn.config.reconciliationPatienceMs) as typeof turn.now;
  askAbout(turn, [...records.task.values()]);
  // What was to be killed may have been lost with the connection.
  for (const { kill, taskId, agentId } of records.task.values()) {
    if (kill === undefined) continue;
    turn.effect({
      kind: "kill",
      taskId: taskId.id,
      agentId,
      ...(kill.destroy ? { gracePeriodMs: 0 } : {}),
    });
  }
  // Who was offered nothing before the connection broke would be offered nothing now.
  turn.effect({ kind: "wantOffers", wanted: true });
  turn.state.clusterAgenda.plan("reconcileNowAndThen", link.launchesFrom);
  turn.state.placementDue = true;
}

/** The connection is gone; so is every offer. The caller tells the offers' keeper. */
export function disconnected(turn: Turn): void {
  turn.state.link.connected = false;
}

/** Whether tasks may be launched: connected, and what was running before is known. */
export function maySendLaunches({ state, now }: Pick<Turn, "state" | "now">): boolean {
  const { connected, unreconciled, launchesFrom } = state.link;
  return connected && (unreconciled.size === 0 || now >= (launchesFrom ?? now));
}

export const reconcileNowAndThen: ClusterRule = (turn) => {
  const { link, records } = turn.state;
  if (!link.connected) return undefined;
  turn.state.placementDue = true;
  const silent = [...link.unreconciled].flatMap((id) => records.task.get(id) ?? []);
  if (silent.length > 0) {
    link.reconciliation.askedAgain();
    askAbout(turn, silent);
    return turn.now + turn.config.checkReconcileWhenRunningEveryMs;
  }
  if (turn.now < (link.launchesFrom ?? 0)) return link.launchesFrom;
  askAbout(turn, [...records.task.values()]);
  // And about all that the master knows of: nobody says that a task which was written off runs again.
  turn.effect({ kind: "reconcile", tasks: [] });
  return turn.now + turn.config.startNewReconcileEveryMs;
};

/** A launch that nothing was heard of: it, or the news of it, was lost. */
export const askAboutStalled: RequestRule = (turn, requestId) => {
  if (!turn.state.link.connected) return undefined;
  const { reconcileLaunchAfterMs: stalledLaunchMs } = turn.config;
  const stalled: TaskRecord[] = [];
  let nextAt: number | undefined;
  for (const task of turn.state.tasksOf.get(requestId)?.values() ?? []) {
    if (task.state !== "TASK_LAUNCHED") continue;
    const sinceMs = turn.now - task.taskId.startedAt;
    const dueAt =
      task.taskId.startedAt + Math.max(1, Math.ceil(sinceMs / stalledLaunchMs)) * stalledLaunchMs;
    if (sinceMs >= stalledLaunchMs) stalled.push(task);
    const next = dueAt > turn.now ? dueAt : turn.now + stalledLaunchMs;
    nextAt = Math.min(nextAt ?? next, next);
  }
  if (stalled.length > 0) askAbout(turn, stalled);
  return nextAt;
};

function askAbout(turn: Turn, tasks: readonly TaskRecord[]): void {
  if (tasks.length === 0) return;
  turn.effect({
    kind: "reconcile",
    tasks: tasks.map(({ taskId, agentId }) => ({ taskId: taskId.id, agentId })),
  });
}
