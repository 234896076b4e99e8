/**
 * `tavola kill`: ends what `tavola run` started.
 *
 * Mesos's operator API has no call that kills a task: a task belongs to its framework, and only the
 * framework's scheduler can say KILL. What an operator can do is to tear the framework down. A
 * `tavola run` is a framework of its own, so tearing it down ends exactly that run; for anybody
 * else's framework it would end all that the framework has, which is asked for by name.
 */

import { CodedError } from "@tavola/base";
import type { OperatorClient } from "@tavola/sdk";
import { type Command, usageError } from "../command.ts";
import { masterOptionHelp } from "../master-address.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import { runLabel } from "../run/run-label.ts";
import { askMaster } from "./ask-master.ts";
import { findTask, type ListedTask, listTasks } from "./task-list.ts";

const options = {
  "whole-framework": { type: "boolean" },
  json: { type: "boolean" },
  master: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola kill TASK [--whole-framework] [--json]

Ends a task that \`tavola run\` started, and the instances that were started with it. TASK is its id,
or the beginning of it as far as only one task's id begins so.

A task of another framework is that framework's to kill: its scheduler would only start it again.

  --whole-framework    end the task's framework, whosever it is, and all of its tasks
  --json               one JSON object: {"framework_id","framework","tasks"}
${masterOptionHelp}`;

export const killCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [text, ...rest] = positionals;
    if (text === undefined || rest.length > 0) throw usageError("name one task");
    const ended = await askMaster(values.master, terminal, (operator) =>
      killTask(operator, text, values["whole-framework"] === true),
    );
    const { task, others } = ended;
    const ids = [task, ...others].map(({ taskId }) => taskId);
    await terminal.write(
      values.json === true
        ? `${JSON.stringify({ framework_id: task.frameworkId, framework: task.framework, tasks: ids })}\n`
        : `ended ${ids.join(", ")}\n`,
    );
    return 0;
  },
};

interface Killed {
  readonly task: ListedTask;
  /** Those of the same framework, which ended with it. */
  readonly others: readonly ListedTask[];
}

async function killTask(
  operator: OperatorClient,
  text: string,
  wholeFramework: boolean,
): Promise<Killed> {
  const tasks = await listTasks(operator);
  const task = findTask(tasks, text);
  if (task.isOver) throw new CodedError("TASK_OVER", `${task.taskId} has ended: ${task.state}`);
  const others = tasks.filter(
    (each) => each.frameworkId === task.frameworkId && !each.isOver && each !== task,
  );
  if (!wholeFramework && !(await isOfTavolaRun(operator, task.frameworkId))) {
    throw new CodedError(
      "FOREIGN_TASK",
      `${task.taskId} belongs to the framework "${task.framework}", and only that can kill it; ` +
        `--whole-framework ends the framework with all of its ${others.length + 1} tasks`,
    );
  }
  await operator.call("TEARDOWN", { framework_id: { value: task.frameworkId } });
  return { task, others };
}

async function isOfTavolaRun(operator: OperatorClient, frameworkId: string): Promise<boolean> {
  const { frameworks = [] } = await operator.call("GET_FRAMEWORKS");
  const found = frameworks.find(({ framework_info }) => framework_info.id?.value === frameworkId);
  return (found?.framework_info.labels?.labels ?? []).some(({ key }) => key === runLabel);
}
