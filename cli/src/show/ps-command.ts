/**
 * `tavola ps`: what runs on the cluster.
 */

import { type Command, usageError } from "../command.ts";
import { masterOptionHelp } from "../master-address.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import { type Column, formatTable } from "../table.ts";
import { askMaster } from "./ask-master.ts";
import { type ListedTask, listTasks } from "./task-list.ts";

const options = {
  all: { type: "boolean", short: "a" },
  json: { type: "boolean" },
  master: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola ps [--all] [--json]

Lists the tasks that run, of every framework.

  -a, --all            those that are over as well, as far as the master remembers them
  --json               one JSON array, for programs
${masterOptionHelp}`;

export const psCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    if (positionals.length > 0) throw usageError(`unexpected argument "${positionals[0]}"`);
    const tasks = await askMaster(values.master, terminal, listTasks);
    const shown = tasks.filter(({ isOver }) => values.all === true || !isOver);
    await terminal.write(values.json === true ? formatTasksJson(shown) : formatTasks(shown));
    return 0;
  },
};

const columns: readonly Column<ListedTask>[] = [
  { title: "TASK", cell: ({ taskId }) => taskId },
  { title: "STATE", cell: ({ state }) => state },
  { title: "SINCE", cell: ({ since }) => formatTime(since) },
  { title: "CPUS", cell: ({ cpus }) => String(cpus), align: "right" },
  { title: "MEM", cell: ({ memMb }) => String(memMb), align: "right" },
  { title: "AGENT", cell: ({ agentAddress, agentId }) => agentAddress ?? agentId },
  { title: "FRAMEWORK", cell: ({ framework }) => framework },
];

export function formatTasks(tasks: readonly ListedTask[]): string {
  return formatTable(columns, tasks);
}

/** The names are those of Mesos's JSON where it has one. */
export function formatTasksJson(tasks: readonly ListedTask[]): string {
  const objects = tasks.map((task) => ({
    id: task.taskId,
    name: task.name,
    state: task.state,
    since: task.since,
    cpus: task.cpus,
    mem: task.memMb,
    executor_id: task.executorId,
    agent_id: task.agentId,
    agent: task.agentAddress,
    framework_id: task.frameworkId,
    framework: task.framework,
  }));
  return `${JSON.stringify(objects, undefined, 2)}\n`;
}

/** ISO 8601 to the second, in UTC. */
function formatTime(seconds: number | undefined): string {
  if (seconds === undefined) return "-";
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
