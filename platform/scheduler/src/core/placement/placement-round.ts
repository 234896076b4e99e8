/**
 * A round of placement: due tasks in order of urgency, worked off in one or several turns.
 *
 * What was placed is launched when the round ends, because accepting any of an agent's offers gives
 * all of them away: an agent is to be given all its tasks at once.
 */

import type { PendingTask } from "../model/task.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import type { SchedulerState } from "../state.ts";
import type { UrgencyOrder } from "./waiting-groups.ts";

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
  for (const id of touched) waiting.regroup(state, config, id, dueOf(state, id));
  const isSame =
    lastRound?.offersVersion === offers.version && lastRound.machinesVersion === machinesVersion;
  placement.lastRound = { offersVersion: offers.version, machinesVersion };
  return { order: isSame ? waiting.inOrderOf(touched, now) : waiting.inOrder(now), turns: 0 };
}

function dueOf(state: SchedulerState, requestId: string): readonly PendingTask[] {
  const { dueTasks } = state.placement;
  const due: PendingTask[] = [];
  for (const [id, pending] of state.pendingOf.get(requestId) ?? []) {
    if (dueTasks.has(id)) due.push(pending);
  }
  return due;
}
