/**
 * `tavola logs`: what a task printed, and with `-f` what it prints.
 */

import { CodedError } from "@tavola/base";
import { createAgentClient, followFile, isTerminal, type OperatorClient } from "@tavola/sdk";
import { type Command, usageError } from "../command.ts";
import { masterOptionHelp } from "../master-address.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { askMaster } from "./ask-master.ts";
import { findSandbox } from "./sandbox.ts";
import { findTask, type ListedTask, listTasks } from "./task-list.ts";

const options = {
  follow: { type: "boolean", short: "f" },
  stderr: { type: "boolean" },
  json: { type: "boolean" },
  master: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola logs TASK [-f] [--stderr] [--json]

Shows what a task wrote to its standard output, from the start. TASK is its id, or the beginning of
it as far as only one task's id begins so.

  -f, --follow         go on until the task has ended
  --stderr             its standard error instead
  --json               one JSON object a line: {"task","stream","data"}
${masterOptionHelp}`;

export const logsCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [text, ...rest] = positionals;
    if (text === undefined || rest.length > 0) throw usageError("name one task");
    await askMaster(values.master, terminal, async (operator) => {
      const task = findTask(await listTasks(operator), text);
      const stream = values.stderr === true ? "stderr" : "stdout";
      const complete = new AbortController();
      const watching = new AbortController();
      if (values.follow === true && !task.isOver) {
        void completeAtEnd(operator, task, complete, watching.signal);
      } else {
        complete.abort();
      }
      const asJson = values.json === true;
      await show(task, { stream, asJson, complete: complete.signal, terminal });
      watching.abort();
    });
    return 0;
  },
};

interface ShowOptions {
  readonly stream: "stdout" | "stderr";
  readonly asJson: boolean;
  readonly complete: AbortSignal;
  readonly terminal: Terminal;
}

async function show(task: ListedTask, options: ShowOptions): Promise<void> {
  const { stream, asJson, complete, terminal } = options;
  if (task.agentAddress === undefined) {
    throw new CodedError("AGENT_UNKNOWN", `the agent of ${task.taskId} is not there any more`);
  }
  const agent = createAgentClient({ agent: task.agentAddress });
  try {
    const path = `${await findSandbox(agent, task)}/${stream}`;
    const decoder = new TextDecoder();
    for await (const data of followFile(agent, { path, complete })) {
      const line = { task: task.taskId, stream, data: decoder.decode(data, { stream: true }) };
      await terminal.write(asJson ? `${JSON.stringify(line)}\n` : data);
    }
  } finally {
    await agent.close();
  }
}

/** Aborts `complete` when the task is over, as the master sees it. */
async function completeAtEnd(
  operator: OperatorClient,
  task: ListedTask,
  complete: AbortController,
  signal: AbortSignal,
): Promise<void> {
  const isMine = (taskId: string, frameworkId: string): boolean =>
    taskId === task.taskId && frameworkId === task.frameworkId;
  for await (const event of operator.events(signal)) {
    if (event.type === "SUBSCRIBED") {
      const tasks = event.get_state?.get_tasks?.tasks ?? [];
      const runs = tasks.some(
        ({ task_id, framework_id, state }) =>
          isMine(task_id.value, framework_id.value) && !isTerminal(state),
      );
      if (!runs) complete.abort();
    } else if (event.type === "TASK_UPDATED") {
      const { status, framework_id } = event;
      const isEnd = isTerminal(status.state) && isMine(status.task_id.value, framework_id.value);
      if (isEnd) complete.abort();
    } else if (event.type === "FRAMEWORK_REMOVED") {
      if (event.framework_info.id?.value === task.frameworkId) complete.abort();
    }
  }
}
