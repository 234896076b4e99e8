/**
 * A shell command for a running task: asked for by a person, passed on to the task's executor, and its
 * progress written down as the executor tells it.
 *
 * Only commands that the operator has listed are passed on, with the options listed for them.
 */

import type {
  ShellCommand,
  TaskShellCommandRequest,
  TaskShellCommandUpdate,
} from "../model/task.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { shellCommandSentence } from "../validation/shell-command-rules.ts";

/** Of one task, the last that are kept. */
const commandsMax = 50;
/** Of each, the last that were told: of one that is well there are three. Executors can say as much as they like. */
const updatesMax = 8;

export interface ShellCommandAsked {
  readonly taskId: string;
  readonly user?: string | undefined;
  readonly shellCommand: ShellCommand;
}

export function shellCommandAsked(
  turn: Turn,
  asked: ShellCommandAsked,
): Outcome<TaskShellCommandRequest> {
  const { taskId, user, shellCommand } = asked;
  const task = turn.get("task", taskId);
  if (task === undefined) return refused(404, `Couldn't find active task with id ${taskId}`);
  const sentence = shellCommandSentence(shellCommand, turn.config);
  if (sentence !== undefined) return refused(400, sentence);
  const request: TaskShellCommandRequest = {
    taskId: task.taskId,
    timestamp: Math.floor(turn.now),
    shellCommand,
    ...(user === undefined ? {} : { user }),
  };
  const history = { shellRequest: request, shellUpdates: [] };
  const shellCommands = [...(task.shellCommands ?? []), history].slice(-commandsMax);
  turn.put("task", taskId, { ...task, shellCommands });
  turn.effect({
    kind: "shellCommand",
    taskId,
    name: shellCommand.name,
    timestamp: request.timestamp,
  });
  return { value: request };
}

/** The executor tells how far it is. Of a command that nobody asked for: passed over. */
export function shellCommandUpdated(turn: Turn, update: TaskShellCommandUpdate): void {
  const { taskId, name, timestamp } = update.shellRequestId;
  const task = turn.get("task", taskId.id);
  if (task?.shellCommands === undefined) return;
  const shellCommands = task.shellCommands.map((history) =>
    history.shellRequest.timestamp === timestamp && history.shellRequest.shellCommand.name === name
      ? { ...history, shellUpdates: [...history.shellUpdates, update].slice(-updatesMax) }
      : history,
  );
  turn.put("task", taskId.id, { ...task, shellCommands });
  turn.dirty(taskId.requestId);
}
