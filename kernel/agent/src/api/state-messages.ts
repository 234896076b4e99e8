/**
 * What the agent knows as the operator API's messages: GET_STATE and the calls for parts of it.
 */

import type { agent, Task } from "@tavola/protocol";
import { publicAgentInfo } from "../core/executor-subscription.ts";
import type { AgentState, Executor, Framework } from "../core/state.ts";
import { taskOf } from "../core/task-messages.ts";

export function getState(state: AgentState): agent.Response_GetState {
  return {
    get_tasks: getTasks(state),
    get_executors: getExecutors(state),
    get_frameworks: getFrameworks(state),
  };
}

/** Lists that are empty are told as such, as Mesos does. No task is ever pending here. */
export function getTasks(state: AgentState): agent.Response_GetTasks {
  const executors = frameworksOf(state).flatMap(executorsOf);
  return {
    pending_tasks: [],
    queued_tasks: executors.flatMap(queuedTasks),
    launched_tasks: executors.flatMap(({ launchedTasks }) => [...launchedTasks.values()]),
    terminated_tasks: executors.flatMap(({ terminatedTasks }) => [...terminatedTasks.values()]),
    completed_tasks: executors.flatMap(({ completedTasks }) => [...completedTasks]),
  };
}

export function getExecutors(state: AgentState): agent.Response_GetExecutors {
  const frameworks = frameworksOf(state);
  return {
    executors: frameworks.flatMap(({ executors }) => infosOf(executors.values())),
    completed_executors: frameworks.flatMap(({ completedExecutors }) =>
      infosOf(completedExecutors),
    ),
  };
}

export function getFrameworks(state: AgentState): agent.Response_GetFrameworks {
  const infoOf = ({ info }: Framework) => ({ framework_info: info });
  return {
    frameworks: Array.from(state.frameworks.values(), infoOf),
    completed_frameworks: Array.from(state.completedFrameworks, infoOf),
  };
}

export function getAgent(state: AgentState): agent.Response_GetAgent {
  return { agent_info: publicAgentInfo(state.info) };
}

function frameworksOf(state: AgentState): Framework[] {
  return [...state.frameworks.values(), ...state.completedFrameworks];
}

function executorsOf({ executors, completedExecutors }: Framework): Executor[] {
  return [...executors.values(), ...completedExecutors];
}

function queuedTasks({ queuedTasks, framework }: Executor): Task[] {
  return Array.from(queuedTasks.values(), (task) => taskOf(task, "TASK_STAGING", framework.id));
}

function infosOf(executors: Iterable<Executor>): agent.Response_GetExecutors_Executor[] {
  return Array.from(executors, ({ info }) => ({ executor_info: info }));
}
