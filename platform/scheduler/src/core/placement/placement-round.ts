/**
 * A round of placement: due tasks in order of urgency, worked off in one or several turns.
 *
 * What was placed is launched when the round ends, because accepting any of an agent's offers gives
 * all of them away: an agent is to be given all its tasks at once.
 */

import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import { dueAt } from "../tasks/due-plans.ts";
import { subjectOf } from "./launch-obstacle.ts";
import { demandKeyOf } from "./placement-demand.ts";
import { needsOf } from "./task-needs.ts";
import { priorityWeightOf } from "./task-priority.ts";
import type { UrgencyOrder, WaitingTask } from "./waiting-groups.ts";

export interface PlacementRound {
  /** What is left of it. */
  readonly order: UrgencyOrder;
  turns: number;
}

/**
 * The tasks that may be placed now. When nothing was offered and no machine changed since the last
 * round, only those of requests that changed: the others would fail as they did.
 * PERF: O(due tasks of requests that changed).
 */
export function createRound(
  state: SchedulerState,
  config: SchedulerConfig,
  now: number,
): PlacementRound {
  const { placement, offers } = state;
  const { waiting, dueTasks, machinesVersion, lastRound } = placement;
  dueTasks.at(state, now);
  const touched = [...placement.touched];
  placement.touched.clear();
  for (const id of touched) waiting.regroup(id, waitingTasksOf(state, config, id));
  const isSame =
    lastRound?.offersVersion === offers.version && lastRound.machinesVersion === machinesVersion;
  placement.lastRound = { offersVersion: offers.version, machinesVersion };
  return { order: isSame ? waiting.inOrderOf(touched, now) : waiting.inOrder(now), turns: 0 };
}

/** The request's due tasks; one whose request or deploy is gone waits for nothing. */
function waitingTasksOf(
  state: SchedulerState,
  config: SchedulerConfig,
  requestId: string,
): readonly WaitingTask[] {
  const { dueTasks } = state.placement;
  const due: WaitingTask[] = [];
  for (const [id, pending] of state.pendingOf.get(requestId) ?? []) {
    const subject = dueTasks.has(id) ? subjectOf(state, pending) : undefined;
    if (subject === undefined) continue;
    const { request, deploy } = subject;
    due.push({
      pending,
      key: demandKeyOf(pending),
      since: dueAt(state, pending),
      weight: priorityWeightOf(config, request),
      needs: needsOf(config, request, deploy, pending),
    });
  }
  return due;
}
