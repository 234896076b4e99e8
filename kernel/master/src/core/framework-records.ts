/**
 * The books about frameworks: one comes, is put together again from what agents told, goes.
 */

import type { FrameworkInfo } from "@tavola/protocol";
import { createFramework } from "./create-state.ts";
import { addExecutorToFramework } from "./executor-records.ts";
import { profileOf } from "./framework-profile.ts";
import type { Framework } from "./state.ts";
import { addTaskToFramework } from "./task-records.ts";
import type { Turn } from "./turn.ts";
import { trackRole } from "./used-resources.ts";

/** Known to master and allocator from now on. */
export function addFramework(turn: Turn, framework: Framework): void {
  turn.state.frameworks.set(framework.id, framework);
  for (const role of framework.roles) trackRole(turn.state, framework, role);
  turn.allocator.frameworkAdded(framework.id, {
    ...profileOf(framework),
    active: framework.state === "active",
    used: framework.usedByAgent,
  });
}

/**
 * A framework that this master has not seen subscribe: from an agent that runs something of it, or
 * from a scheduler that says it had this id. What agents already brought of it is made its own.
 * PERF: O(agents), once per framework after a failover.
 */
export function recoverFramework(turn: Turn, info: FrameworkInfo): Framework {
  const framework = createFramework(turn.state.config, info, {
    state: "recovered",
    now: turn.now,
  });
  turn.publish({ type: "FRAMEWORK_ADDED", framework });
  for (const agent of turn.state.agents.values()) {
    for (const task of agent.tasksByFramework.get(framework.id)?.values() ?? []) {
      addTaskToFramework(turn, task, framework);
    }
    for (const executor of agent.executorsByFramework.get(framework.id)?.values() ?? []) {
      addExecutorToFramework(turn, framework, agent, executor);
    }
  }
  addFramework(turn, framework);
  turn.info("framework recovered", { frameworkId: framework.id, framework: info.name });
  return framework;
}
