/**
 * Tasks as an operator speaks of them: with the names of their framework and agent.
 */

import { CodedError, unitsOf } from "@tavola/base";
import type { Task } from "@tavola/protocol";
import type { OperatorClient } from "@tavola/sdk";
import { scalarsOf } from "../scalars.ts";

export interface ListedTask {
  readonly taskId: string;
  readonly name: string;
  readonly state: string;
  readonly executorId: string;
  readonly frameworkId: string;
  readonly framework: string;
  readonly agentId: string;
  /** `HOST:PORT` of its agent; undefined when the master does not know the agent (any more). */
  readonly agentAddress: string | undefined;
  readonly cpus: number;
  readonly memMb: number;
  /** Seconds since the epoch at which it got into its state; undefined when nobody says. */
  readonly since: number | undefined;
  readonly isOver: boolean;
}

/** Every task that the master knows, those that are over (as far as it remembers) last. */
export async function listTasks(operator: OperatorClient): Promise<readonly ListedTask[]> {
  const [tasks, frameworks, agents] = await Promise.all([
    operator.call("GET_TASKS"),
    operator.call("GET_FRAMEWORKS"),
    operator.call("GET_AGENTS"),
  ]);
  const frameworkNames = new Map<string | undefined, string>();
  for (const { framework_info } of [
    ...(frameworks.frameworks ?? []),
    ...(frameworks.completed_frameworks ?? []),
  ]) {
    frameworkNames.set(framework_info.id?.value, framework_info.name);
  }
  const addresses = new Map<string | undefined, string>();
  for (const { agent_info, pid } of agents.agents ?? []) {
    const address = pid?.slice(pid.indexOf("@") + 1);
    addresses.set(agent_info.id?.value, address ?? `${agent_info.hostname}:${agent_info.port}`);
  }
  const listed = (task: Task, isOver: boolean): ListedTask => {
    const { cpus, mem } = scalarsOf(task.resources?.map((each) => ({ ...each, role: "*" })));
    const frameworkId = task.framework_id.value;
    const agentId = task.agent_id.value;
    return {
      taskId: task.task_id.value,
      name: task.name,
      state: task.state,
      executorId: task.executor_id?.value || task.task_id.value,
      frameworkId,
      framework: frameworkNames.get(frameworkId) ?? frameworkId,
      agentId,
      agentAddress: addresses.get(agentId),
      cpus: unitsOf(cpus),
      memMb: unitsOf(mem),
      since: task.statuses?.at(-1)?.timestamp,
      isOver,
    };
  };
  const { pending_tasks = [], unreachable_tasks = [], completed_tasks = [] } = tasks;
  const running = [...pending_tasks, ...(tasks.tasks ?? []), ...unreachable_tasks];
  return [
    ...running.map((task) => listed(task, false)),
    ...completed_tasks.map((task) => listed(task, true)),
  ];
}

/**
 * The task that `text` means: its id, or the beginning of only one id. Ids of tasks that run win
 * over those of tasks that are over. Throws TASK_NOT_FOUND, or TASK_AMBIGUOUS with the candidates.
 */
export function findTask(tasks: readonly ListedTask[], text: string): ListedTask {
  const running = tasks.filter(({ isOver }) => !isOver);
  for (const choice of [running, tasks]) {
    const exact = choice.filter(({ taskId }) => taskId === text);
    const found = exact.length > 0 ? exact : choice.filter(({ taskId }) => taskId.startsWith(text));
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    if (only !== undefined) throw ambiguous(text, found);
  }
  throw new CodedError(
    "TASK_NOT_FOUND",
    `there is no task "${text}"; \`tavola ps --all\` lists those the master knows`,
  );
}

function ambiguous(text: string, found: readonly ListedTask[]): CodedError {
  const shown = found.slice(0, 10).map(({ taskId, framework }) => `\n  ${taskId}  (${framework})`);
  const rest = found.length > shown.length ? `\n  and ${found.length - shown.length} more` : "";
  return new CodedError(
    "TASK_AMBIGUOUS",
    `"${text}" could be any of ${found.length} tasks:${shown.join("")}${rest}`,
  );
}
