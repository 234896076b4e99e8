/**
 * What is done to a task: ended, noted about, run a command in, asked after.
 */

import { given } from "../core/given.ts";
import { killTaskRequestShape, taskMetadataRequestShape } from "../core/model/actions-shape.ts";
import { list, whole } from "../core/model/shape.ts";
import {
  shellCommandShape,
  taskShellCommandHistoryShape,
  taskShellCommandRequestShape,
  taskShellCommandUpdateShape,
} from "../core/model/shell-command-shape.ts";
import { taskCleanupShape } from "../core/model/task-shape.ts";
import { isActionDisabled } from "../core/operations/disabled-actions.ts";
import { shellCommandAsked } from "../core/tasks/shell-command-asked.ts";
import { taskKillAsked } from "../core/tasks/task-kill-asked.ts";
import { taskMetadataAdded } from "../core/tasks/task-metadata-added.ts";
import { type Outcome, refused } from "../core/turn.ts";
import { shellCommandSentence } from "../core/validation/shell-command-rules.ts";
import { validateTaskMetadata } from "../core/validation/validate-action.ts";
import { jsonAnswer } from "./json-answer.ts";
import {
  admin,
  body,
  mayReadTask,
  mayWriteTask,
  optionalBody,
  type Route,
  route,
} from "./route.ts";

const killTask = route({
  method: "DELETE",
  path: "/tasks/task/{taskId}",
  summary:
    "End a task; at once with override, after its replacement is healthy where that is asked",
  access: mayWriteTask("KILL_TASK"),
  body: optionalBody(killTaskRequestShape),
  answer: taskCleanupShape,
  handle: (call) =>
    call.decide((turn) => {
      const { body: asked, actor } = call;
      const action = asked.waitForReplacementTask === true ? "BOUNCE_TASK" : "KILL_TASK";
      const disabled = isActionDisabled(turn.state, action);
      if (disabled !== undefined) return refused(409, disabled);
      const sentence = shellCommandSentence(asked.runShellCommandBeforeKill, turn.config);
      if (sentence !== undefined) return refused(400, sentence);
      const taskId = call.parameter("taskId");
      if (turn.get("task", taskId) === undefined) {
        return refused(404, `No active task with id ${taskId}`);
      }
      const standing = turn.get("task", taskId)?.cleanup;
      const outcome = taskKillAsked(turn, { ...asked, taskId, ...given({ user: actor }) });
      // As in Singularity, the one that stands says who asked for it, and why.
      return outcome.refusal?.status === 409 && standing !== undefined
        ? { response: jsonAnswer(409, taskCleanupShape.format(standing)) }
        : outcome;
    }),
});

const addMetadata = route({
  method: "POST",
  path: "/tasks/task/{taskId}/metadata",
  summary: "Note something about a task",
  access: mayWriteTask(),
  forbiddenBy: "ADD_METADATA",
  body: body(taskMetadataRequestShape),
  handle: (call) =>
    call.decide((turn) => {
      const valid = validateTaskMetadata(call.body, turn.config);
      if (valid.refusal !== undefined) return valid;
      return taskMetadataAdded(turn, call.parameter("taskId"), valid.value, call.actor);
    }),
});

const queuedCommands = route({
  method: "GET",
  path: "/tasks/commands/queued",
  summary: "Shell commands that no task has answered yet",
  access: admin,
  answer: list(taskShellCommandRequestShape),
  handle: (call) => ({
    value: [...call.state.records.task.values()]
      .flatMap(({ shellCommands }) => shellCommands ?? [])
      .filter(({ shellUpdates }) => shellUpdates.length === 0)
      .map(({ shellRequest }) => shellRequest),
  }),
});

const runCommand = route({
  method: "POST",
  path: "/tasks/task/{taskId}/command",
  summary: "Run a shell command in a task",
  access: mayWriteTask("RUN_SHELL_COMMAND"),
  forbiddenBy: "RUN_SHELL_COMMAND",
  body: body(shellCommandShape),
  answer: taskShellCommandRequestShape,
  handle: (call) =>
    call.decide((turn) => {
      const taskId = call.parameter("taskId");
      if (turn.get("task", taskId) === undefined) {
        return refused(400, `${taskId} is not an active task, can't run ${call.body.name} on it`);
      }
      return shellCommandAsked(turn, { taskId, user: call.actor, shellCommand: call.body });
    }),
});

const getCommands = route({
  method: "GET",
  path: "/tasks/task/{taskId}/command",
  summary: "Shell commands that were run in a task",
  access: mayReadTask,
  answer: list(taskShellCommandHistoryShape),
  handle: (call) => ({
    value: call.state.records.task.get(call.parameter("taskId"))?.shellCommands ?? [],
  }),
});

const getCommandUpdates = route({
  method: "GET",
  path: "/tasks/task/{taskId}/command/{commandName}/{commandTimestamp}",
  summary: "What became of a shell command",
  access: mayReadTask,
  answer: list(taskShellCommandUpdateShape),
  handle(call) {
    const at = whole.parse(call.parameter("commandTimestamp"), "commandTimestamp");
    if (at.error !== undefined) return refused(400, at.error);
    const commands = call.state.records.task.get(call.parameter("taskId"))?.shellCommands ?? [];
    const command = commands.find(
      ({ shellRequest }) =>
        shellRequest.timestamp === at.value &&
        shellRequest.shellCommand.name === call.parameter("commandName"),
    );
    return { value: command?.shellUpdates ?? [] };
  },
});

const reconcile = route({
  method: "POST",
  path: "/tasks/reconcile/{taskId}",
  summary: "Ask the master how a task is",
  access: admin,
  status: 200,
  handle: (call) =>
    call.decide((turn): Outcome<undefined> => {
      const task = turn.get("task", call.parameter("taskId"));
      if (task === undefined) {
        return refused(404, `No active task with id ${call.parameter("taskId")}`);
      }
      const { taskId, agentId } = task;
      turn.effect({ kind: "reconcile", tasks: [{ taskId: taskId.id, agentId }] });
      return { value: undefined };
    }),
});

export const taskActionRoutes: readonly Route[] = [
  ...[killTask, addMetadata, queuedCommands, runCommand, getCommands, getCommandUpdates, reconcile],
];
