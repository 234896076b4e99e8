/** An agent that says who it is and what it runs, as a test puts it. */

import type { internal, Task } from "@tavola/protocol";
import type { Agent, Framework } from "../core/state.ts";
import { type CoreFixture, registration, resources } from "./core-fixture.ts";

/** Of the first agent that `CoreFixture.register` registers. */
export const pid = "slave(1)@10.0.0.1:5051";

/** Of that agent, which runs nothing. */
export function reregistration(
  options: Partial<internal.ReregisterSlaveMessage> = {},
): internal.ReregisterSlaveMessage {
  const { slave, ...rest } = registration();
  return { slave: { ...slave, id: { value: "master-S0" } }, ...rest, ...options };
}

/** As that agent reports it. */
export function reportedTask(id: string, frameworkId: string, extra: Partial<Task> = {}): Task {
  return {
    name: id,
    task_id: { value: id },
    framework_id: { value: frameworkId },
    agent_id: { value: "master-S0" },
    state: "TASK_RUNNING",
    resources: resources("cpus:1;mem:128").map((r) => ({ ...r, allocation_info: { role: "web" } })),
    ...extra,
  };
}

/** From where that agent is. */
export function comesBack(f: CoreFixture, message: internal.ReregisterSlaveMessage): void {
  f.handle({ kind: "reregisterSlave", from: pid, message });
}

/** What the agent of `f.running()` would report. */
export function running(framework: Framework, extra: Partial<Task> = {}) {
  return {
    frameworks: [framework.info],
    tasks: [reportedTask("t", framework.id, extra)],
  };
}

/** Its connection breaks; what follows at once is passed over. */
export function disconnect(f: CoreFixture, agent: Agent): void {
  f.handle({ kind: "agentExited", pid: agent.pid });
  f.takeEvents("s");
  f.takeSent();
}
