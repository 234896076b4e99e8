/**
 * Kills of tasks that this master does not know yet: their agent was registered with its predecessor and
 * may still come back (also after it was given up), it has to report again, or it is disconnected and took
 * what does not checkpoint with it. The kill is remembered until it does.
 *
 * Differs: Mesos forgets it, and the task runs until its framework asks again.
 */

import type { AgentId } from "@tavola/base";
import { asId, type FrameworkId, type TaskId } from "@tavola/base";
import type { scheduler } from "@tavola/protocol";
import { limits } from "./limits.ts";
import type { Framework, MasterState, Task } from "./state.ts";

export function rememberEarlyKill(
  state: MasterState,
  framework: Framework,
  { task_id: id, agent_id: agentId, kill_policy: policy }: scheduler.Call_Kill,
): void {
  let kills = state.earlyKills.get(framework.id);
  if (kills === undefined) {
    kills = new Map();
    state.earlyKills.set(framework.id, kills);
  }
  // Above it, a kill is what it is in Mesos: asked for in vain.
  if (kills.size >= limits.earlyKillsPerFrameworkMax) return;
  kills.set(asId<TaskId>(id.value), {
    agentId: agentId === undefined ? undefined : asId<AgentId>(agentId.value),
    policy,
  });
}

/** What was asked for applies to `task`, which its agent has brought. */
export function applyEarlyKill(state: MasterState, task: Task): void {
  const kill = state.earlyKills.get(task.frameworkId)?.get(task.id);
  if (kill === undefined) return;
  if (kill.agentId !== undefined && kill.agentId !== task.agentId) return;
  forgetEarlyKill(state, task.frameworkId, task.id);
  task.kill = { policy: kill.policy, sent: false };
}

/** The id is used for another task, or never will be again. */
export function forgetEarlyKill(
  state: MasterState,
  frameworkId: FrameworkId,
  taskId: TaskId,
): void {
  const kills = state.earlyKills.get(frameworkId);
  if (kills?.delete(taskId) && kills.size === 0) state.earlyKills.delete(frameworkId);
}

/** The agent is back, or is given up. True when it was expected. */
export function expectNoLonger(state: MasterState, agentId: AgentId): boolean {
  if (!state.recoveredAgents.delete(agentId)) return false;
  endEarlyKills(state);
  return true;
}

/** It is not registered any more, and need not report. */
export function reportNoLonger(state: MasterState, agentId: AgentId): void {
  if (state.askedToReport.delete(agentId)) endEarlyKills(state);
}

/** When nobody is away, nobody can bring what was meant. */
export function endEarlyKills(state: MasterState): void {
  if (state.earlyKills.size > 0 && !isAnyoneAway(state)) state.earlyKills.clear();
}

/** Somebody may yet bring a task. PERF: O(agents), while kills are remembered. */
export function isAnyoneAway(state: MasterState): boolean {
  const away = state.recoveredAgents.size + state.askedToReport.size + state.unreachableAgents.size;
  return away > 0 || [...state.agents.values()].some(({ connected }) => !connected);
}
