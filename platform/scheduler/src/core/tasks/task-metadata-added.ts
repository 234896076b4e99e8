/**
 * A note that somebody adds to a task: it stays with its history.
 */

import type { TaskMetadataRequest } from "../model/actions.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";

/** Notes of one task. */
const notesMax = 100;

export function taskMetadataAdded(
  turn: Turn,
  taskId: string,
  note: TaskMetadataRequest,
  user: string | undefined,
): Outcome<undefined> {
  const task = turn.get("task", taskId);
  if (task === undefined) return refused(404, `Task ${taskId} not found in active tasks`);
  const added = {
    ...note,
    taskId: task.taskId,
    timestamp: Math.floor(turn.now),
    level: note.level ?? ("INFO" as const),
    ...(user === undefined ? {} : { user }),
  };
  turn.put("task", taskId, {
    ...task,
    metadata: [...(task.metadata ?? []), added].slice(-notesMax),
  });
  return { value: undefined };
}
