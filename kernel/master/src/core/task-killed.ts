/**
 * KILL: the agent is told, and told again when it turns up without having done it.
 */

import { type AgentId, asId, type TaskId } from "@tavola/base";
import type { scheduler } from "@tavola/protocol";
import { rememberEarlyKill } from "./early-kills.ts";
import { sendKill } from "./kills-repeated.ts";
import type { Framework } from "./state.ts";
import { reconcileTask } from "./tasks-reconciled.ts";
import type { Turn } from "./turn.ts";

export function taskKilled(turn: Turn, framework: Framework, kill: scheduler.Call_Kill): void {
  turn.count("master/messages_kill_task");
  const taskId = asId<TaskId>(kill.task_id.value);
  const task = framework.tasks.get(taskId);
  if (task === undefined) {
    unknownTaskKilled(turn, framework, kill);
    return;
  }
  if (kill.agent_id !== undefined && kill.agent_id.value !== task.agentId) return;
  const agent = turn.state.agents.get(task.agentId);
  if (agent === undefined) return;
  task.kill = { policy: kill.kill_policy, sent: false };
  sendKill(turn, agent, task);
}

/** Answered like a reconciliation of it, and done once the task turns up. */
function unknownTaskKilled(turn: Turn, framework: Framework, kill: scheduler.Call_Kill): void {
  turn.count("master/messages_reconcile_tasks");
  const unreachable = framework.unreachableTasks.get(asId<TaskId>(kill.task_id.value));
  const isOther = kill.agent_id !== undefined && kill.agent_id.value !== unreachable?.agentId;
  if (unreachable !== undefined && !isOther) {
    unreachable.kill = { policy: kill.kill_policy, sent: false };
  }
  const isAnswered = reconcileTask(turn, framework, {
    task_id: kill.task_id,
    ...(kill.agent_id && { agent_id: kill.agent_id }),
  });
  if (!isAnswered || isAway(turn, kill)) rememberEarlyKill(turn.state, framework, kill);
}

function isAway(turn: Turn, { agent_id: id }: scheduler.Call_Kill): boolean {
  return id !== undefined && turn.state.unreachableAgents.has(asId<AgentId>(id.value));
}
