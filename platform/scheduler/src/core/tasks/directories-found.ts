/**
 * It is known where the sandboxes of some tasks are; tasks that have ended meanwhile keep none.
 */

import type { Turn } from "../turn.ts";

export function directoriesFound(turn: Turn, directories: ReadonlyMap<string, string>): void {
  for (const [taskId, directory] of directories) {
    const task = turn.get("task", taskId);
    if (task !== undefined) {
      if (task.directory !== directory) turn.put("task", taskId, { ...task, directory });
      continue;
    }
    const ended = turn.get("outboxTask", taskId);
    if (ended !== undefined && ended.directory === undefined) {
      turn.put("outboxTask", taskId, { ...ended, directory });
    }
  }
}
