/**
 * LAUNCH: each task of it is validated, entered in the books and sent to its agent, or refused.
 */

import { asId, type ExecutorId, type TaskId } from "@tavola/base";
import { type ExecutorInfo, internal, type TaskInfo } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { forgetEarlyKill } from "./early-kills.ts";
import { addExecutorToAgent, addExecutorToFramework, findExecutor } from "./executor-records.ts";
import { noPid } from "./framework-updated.ts";
import { allocatedExecutor, allocatedList } from "./operation-parts.ts";
import type { Agent, Framework } from "./state.ts";
import { addTask, taskOfInfo } from "./task-records.ts";
import { refuseTasks } from "./task-refused.ts";
import type { Turn } from "./turn.ts";
import { validateTask } from "./validation/task.ts";

export interface LaunchPlace {
  readonly framework: Framework;
  readonly agent: Agent;
  /** Role of the offers. */
  readonly role: string;
}

/** Returns what is left of `available`. PERF: O(tasks); 2k tasks per second. */
export function launchTasks(
  turn: Turn,
  place: LaunchPlace,
  tasks: readonly TaskInfo[],
  available: Resources,
): Resources {
  let left = available;
  for (const asked of tasks) {
    const task = completed(asked, place);
    const error = validateTask(task, place.framework, place.agent, left);
    if (error === undefined) {
      left = left.minus(launchTask(turn, place, task));
    } else {
      refuseTasks(turn, place.framework, [task], {
        state: "TASK_ERROR",
        reason: "REASON_TASK_INVALID",
        message: error,
      });
    }
  }
  return left;
}

/** What frameworks may leave out, filled in. */
function completed(task: TaskInfo, { framework, role }: LaunchPlace): TaskInfo {
  return {
    ...task,
    resources: allocatedList(task.resources, role),
    ...(task.executor && {
      executor: {
        framework_id: { value: framework.id },
        ...allocatedExecutor(task.executor, role),
      },
    }),
    ...(task.health_check && { health_check: withType(task.health_check) }),
  };
}

/** Health checks of old frameworks do not say of which type they are. */
function withType(check: NonNullable<TaskInfo["health_check"]>): typeof check {
  if (check.type !== undefined) return check;
  if (check.command && !check.http) return { ...check, type: "COMMAND" };
  if (check.http && !check.command) return { ...check, type: "HTTP" };
  return check;
}

/** Returns what it uses. */
function launchTask(turn: Turn, { framework, agent }: LaunchPlace, info: TaskInfo): Resources {
  const resources = Resources.of(info.resources ?? []);
  let used = resources;
  let launchesExecutor = true;
  if (info.executor !== undefined) {
    launchesExecutor = isNewExecutor(agent, framework, info.executor);
    if (launchesExecutor) {
      addExecutorToAgent(agent, framework.id, info.executor);
      addExecutorToFramework(turn, framework, agent, info.executor);
      used = used.plus(Resources.of(info.executor.resources ?? []));
    }
  }
  forgetEarlyKill(turn.state, framework.id, asId<TaskId>(info.task_id.value));
  addTask(turn, taskOfInfo(info, framework.id, resources), agent, framework);
  framework.counters.increment("operations");
  framework.counters.increment("operations/launch");
  turn.sendToAgent(agent, internal.RunTaskMessage, {
    framework: framework.info,
    pid: framework.pid ?? noPid,
    task: agent.capabilities.has("RESERVATION_REFINEMENT") ? info : downgraded(info),
    ...(agent.resourceVersionUuid && {
      resource_version_uuids: [{ uuid: { value: agent.resourceVersionUuid } }],
    }),
    launch_executor: launchesExecutor,
  });
  return used;
}

function isNewExecutor(agent: Agent, framework: Framework, executor: ExecutorInfo): boolean {
  const executorId = asId<ExecutorId>(executor.executor_id.value);
  return findExecutor(agent, framework.id, executorId) === undefined;
}

/** For agents that know nothing of reservation stacks. */
function downgraded(info: TaskInfo): TaskInfo {
  const { executor } = info;
  return {
    ...info,
    resources: Resources.of(info.resources ?? []).toPreRefinement(),
    ...(executor && {
      executor: {
        ...executor,
        resources: Resources.of(executor.resources ?? []).toPreRefinement(),
      },
    }),
  };
}
