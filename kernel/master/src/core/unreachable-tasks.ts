/**
 * What is remembered of an unreachable agent's tasks ends: it came back, or is forgotten.
 */

import type { AgentId } from "@tavola/base";
import { endEarlyKills } from "./early-kills.ts";
import { forgetUnreachableTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

/** It is unreachable no longer. PERF: O(its tasks). */
export function forgetUnreachableAgent(turn: Turn, agentId: AgentId): void {
  const { state } = turn;
  for (const task of state.unreachableAgents.get(agentId)?.tasks ?? []) {
    const framework = state.frameworks.get(task.frameworkId);
    if (framework?.unreachableTasks.get(task.id) === task) {
      forgetUnreachableTask(turn, framework, task.id);
    }
  }
  state.unreachableAgents.delete(agentId);
  endEarlyKills(state);
}
