/**
 * The executor that a command task gets: made up by the agent, shown like Mesos's own.
 *
 * The command that it shows is the one that Mesos would run; ours is an object in the executor host.
 * What matters in it are the URIs, the environment and the user. Source: Slave::getExecutorInfo.
 */

import type { FrameworkId } from "@tavola/base";
import type { CommandInfo, ExecutorInfo, Resource, TaskInfo } from "@tavola/protocol";
import { commandExecutorOverhead } from "./agent-config.ts";

const shownCommandCharsMax = 15;
/** Added to the task's own grace period, so that the executor can still tell how it ended. */
const shutdownMarginMs = 1000 + 1000;
const nanosecondsPerMs = 1_000_000;

/** The task must have a command. */
export function commandExecutorOf(
  task: TaskInfo,
  frameworkId: FrameworkId,
  launcherDir: string,
): ExecutorInfo {
  const taskCommand: CommandInfo = task.command ?? {};
  const info: ExecutorInfo = {
    executor_id: { value: task.task_id.value },
    framework_id: { value: frameworkId },
    command: executorCommand(taskCommand, launcherDir),
    name: `Command Executor (Task: ${task.task_id.value}) ${shownCommand(taskCommand)}`,
    source: task.task_id.value,
    resources: overheadResources(task),
  };
  if (task.container !== undefined) info.container = task.container;
  if (task.labels !== undefined) info.labels = task.labels;
  if (task.discovery !== undefined) info.discovery = task.discovery;
  const grace = task.kill_policy?.grace_period;
  if (grace !== undefined) {
    const nanoseconds = grace.nanoseconds + shutdownMarginMs * nanosecondsPerMs;
    info.shutdown_grace_period = { nanoseconds };
  }
  return info;
}

function executorCommand(command: CommandInfo, launcherDir: string): CommandInfo {
  return {
    ...(command.uris === undefined ? {} : { uris: command.uris }),
    ...(command.environment === undefined ? {} : { environment: command.environment }),
    ...(command.user === undefined ? {} : { user: command.user }),
    shell: false,
    value: `${launcherDir}/mesos-executor`,
    arguments: ["mesos-executor", `--launcher_dir=${launcherDir}`],
  };
}

/** `(Command: sh -c 'sleep 300')`, or what else is to be run, cut short. */
function shownCommand({ shell = true, value, arguments: args = [] }: CommandInfo): string {
  if (value === undefined) return shell ? "(Command: NO COMMAND)" : "(Command: NO EXECUTABLE)";
  if (shell) return `(Command: sh -c '${shortened(value, "...")}')`;
  const all = `${value}, ${args.join(", ")}`;
  return `(Command: [${shortened(all, "...")}])`;
}

function shortened(text: string, ellipsis: string): string {
  return text.length > shownCommandCharsMax
    ? `${text.slice(0, shownCommandCharsMax - ellipsis.length)}${ellipsis}`
    : text;
}

/** A small overcommit, allocated to the role of the task. */
function overheadResources(task: TaskInfo): Resource[] {
  const allocation = task.resources?.find((each) => each.allocation_info !== undefined);
  const allocated =
    allocation?.allocation_info === undefined
      ? {}
      : { allocation_info: allocation.allocation_info };
  const { cpus, memMegabytes } = commandExecutorOverhead;
  return [
    { name: "cpus", type: "SCALAR", scalar: { value: cpus }, ...allocated },
    { name: "mem", type: "SCALAR", scalar: { value: memMegabytes }, ...allocated },
  ];
}
