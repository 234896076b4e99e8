/**
 * Keeping everything below some priority from being started, and ending it where that is wanted, so
 * that what matters finds room.
 */

import { given } from "../given.ts";
import type { PriorityFreeze, PriorityFreezeParent } from "../model/operations.ts";
import { frozenBelow } from "../placement/task-priority.ts";
import { cleanUpTask } from "../tasks/clean-up-task.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";

/** Replaces a freeze that stands. Running tasks are ended once, now; later ones are not started. */
export function priorityFrozen(
  turn: Turn,
  { freeze, user }: { readonly freeze: PriorityFreeze; readonly user?: string | undefined },
): Outcome<PriorityFreezeParent> {
  const parent: PriorityFreezeParent = {
    priorityFreeze: freeze,
    timestamp: Math.floor(turn.now),
    ...given({ user }),
  };
  turn.put("setting", "priorityFreeze", parent);
  if (freeze.killTasks) killBelow(turn, parent);
  return { value: parent };
}

/** Everything may be started again. */
export function priorityUnfrozen(turn: Turn): Outcome<void> {
  if (turn.get("setting", "priorityFreeze") === undefined) {
    return refused(400, "No active priority freeze to delete.");
  }
  turn.remove("setting", "priorityFreeze");
  turn.state.placementDue = true;
  return { value: undefined };
}

function killBelow(turn: Turn, { priorityFreeze, user }: PriorityFreezeParent): void {
  const { message, actionId } = priorityFreeze;
  for (const [requestId, tasks] of turn.state.tasksOf) {
    const request = turn.get("request", requestId)?.request;
    if (request === undefined) continue;
    if (frozenBelow(turn.state, turn.config, request) === undefined) continue;
    for (const task of [...tasks.values()]) {
      cleanUpTask(turn, task, {
        cleanupType: "PRIORITY_KILL",
        ...given({ user, message, actionId }),
      });
    }
  }
}
