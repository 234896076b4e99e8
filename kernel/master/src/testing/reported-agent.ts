/**
 * What an agent would report when it reregisters, taken from what a master knows of it.
 */

import type { ExecutorInfo, FrameworkInfo, internal, Task } from "@tavola/protocol";
import type { Agent, MasterState } from "../core/state.ts";

/** Everything that runs there, as it was last heard of. Later changes are not in it. */
export function reportOf(
  state: MasterState,
  agent: Agent,
  extra: Partial<internal.ReregisterSlaveMessage> = {},
): internal.ReregisterSlaveMessage {
  const tasks: Task[] = [];
  for (const ofFramework of agent.tasksByFramework.values()) {
    for (const { message } of ofFramework.values()) tasks.push({ ...message });
  }
  const executors: ExecutorInfo[] = [];
  for (const [frameworkId, ofFramework] of agent.executorsByFramework) {
    for (const info of ofFramework.values()) {
      executors.push({ ...info, framework_id: { value: frameworkId } });
    }
  }
  const ids = [...agent.tasksByFramework.keys(), ...agent.executorsByFramework.keys()];
  const frameworks: FrameworkInfo[] = [];
  for (const id of new Set(ids)) {
    const info = state.frameworks.get(id)?.info;
    if (info !== undefined) frameworks.push(info);
  }
  return {
    slave: agent.info,
    version: agent.version,
    agent_capabilities: [...agent.capabilities].map((type) => ({ type })),
    tasks,
    executor_infos: executors,
    frameworks,
    ...extra,
  };
}
