/**
 * What an agent tells a master about itself.
 *
 * Resources go out in the older form (`role`), as a Mesos agent sends them: a master of any version
 * reads it, and nothing here has refined reservations that it could not say.
 */

import { invariant } from "@tavola/base";
import type { AgentInfo, ExecutorInfo, internal, Task } from "@tavola/protocol";
import { toPostRefinement, toPreRefinement } from "@tavola/resources";
import type { AgentState, Executor, Framework } from "./state.ts";
import { taskOf } from "./task-messages.ts";

export function registerMessage(state: AgentState): internal.RegisterSlaveMessage {
  return {
    slave: inOlderForm(state.info),
    ...checkpointedResourcesOf(state),
    version: state.config.version,
    agent_capabilities: capabilitiesOf(state),
    resource_version_uuid: { value: state.config.resourceVersionUuid },
  };
}

/** With everything that runs here, and what ended lately. PERF: O(tasks), once per master. */
export function reregisterMessage(state: AgentState): internal.ReregisterSlaveMessage {
  invariant(state.info.id !== undefined, "only an agent with an id reregisters");
  const frameworks = [...state.frameworks.values()];
  const executors = frameworks.flatMap((framework) => [...framework.executors.values()]);
  return {
    slave: inOlderForm(state.info),
    ...checkpointedResourcesOf(state),
    tasks: executors.flatMap(tasksOf).map(inOlderForm),
    executor_infos: executors.filter(isReported).map(({ info }) => inOlderForm(info)),
    completed_frameworks: Array.from(state.completedFrameworks, completedFramework),
    version: state.config.version,
    frameworks: frameworks.map(({ info }) => info),
    agent_capabilities: capabilitiesOf(state),
    resource_version_uuid: { value: state.config.resourceVersionUuid },
  };
}

/** In the form in which they were found. */
function checkpointedResourcesOf({
  checkpointedResources: resources,
}: AgentState): Pick<internal.ReregisterSlaveMessage, "checkpointed_resources"> {
  return resources.length === 0 ? {} : { checkpointed_resources: resources };
}

function capabilitiesOf({ config }: AgentState): { type: (typeof config.capabilities)[number] }[] {
  return config.capabilities.map((type) => ({ type }));
}

function tasksOf(executor: Executor): Task[] {
  const queued = Array.from(executor.queuedTasks.values(), (task) =>
    taskOf(task, "TASK_STAGING", executor.framework.id),
  );
  return [...executor.launchedTasks.values(), ...executor.terminatedTasks.values(), ...queued];
}

/** A master does not know of generated executors, and one that is gone uses nothing. */
function isReported({ isGenerated, phase }: Executor): boolean {
  return !isGenerated && phase !== "terminated";
}

function completedFramework(framework: Framework): internal.Archive_Framework {
  const tasks: Task[] = [];
  for (const executor of framework.completedExecutors) {
    tasks.push(...executor.terminatedTasks.values(), ...executor.completedTasks);
  }
  return {
    framework_info: framework.info,
    ...(framework.pid === undefined ? {} : { pid: framework.pid }),
    tasks: tasks.map(inOlderForm),
  };
}

export function inOlderForm<T extends AgentInfo | ExecutorInfo | Task>(message: T): T {
  if (message.resources === undefined) return message;
  const resources = message.resources.map((each) => toPreRefinement(toPostRefinement(each)));
  return { ...message, resources };
}
