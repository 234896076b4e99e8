/**
 * The books about frameworks: one comes, is put together again from what agents told, goes.
 */

import type { FrameworkInfo } from "@tavola/protocol";
import { createFramework } from "./create-state.ts";
import { startFailoverTimer } from "./failover-timer.ts";
import { profileOf } from "./framework-profile.ts";
import type { Framework } from "./state.ts";
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
 * from a scheduler that says it had this id. It comes before what agents bring of it, so that nobody
 * has to look for that afterwards. It then has its failover timeout to subscribe, and no less than agents
 * have: schedulers, too, need time to find a new leader. PERF: O(1).
 *
 * Differs: in Mesos it stays for ever, and what it runs with it.
 */
export function recoverFramework(turn: Turn, info: FrameworkInfo): Framework {
  const framework = createFramework(turn.state.config, info, {
    state: "recovered",
    now: turn.now,
  });
  addFramework(turn, framework);
  startFailoverTimer(turn, framework, turn.state.config.agentReregisterTimeoutMs);
  turn.publish({ type: "FRAMEWORK_ADDED", framework });
  turn.info("framework recovered", { frameworkId: framework.id, framework: info.name });
  return framework;
}
