/**
 * KILL: the agent is told, and told again when it reregisters without having done it.
 */

import { asId, type TaskId } from "@tavola/base";
import { internal, type scheduler } from "@tavola/protocol";
import type { Framework } from "./state.ts";
import { reconcileTask } from "./tasks-reconciled.ts";
import type { Turn } from "./turn.ts";

/** A kill of an unknown task is answered like a reconciliation of it. */
export function taskKilled(turn: Turn, framework: Framework, kill: scheduler.Call_Kill): void {
  turn.count("master/messages_kill_task");
  const taskId = asId<TaskId>(kill.task_id.value);
  const task = framework.tasks.get(taskId);
  if (task === undefined) {
    turn.count("master/messages_reconcile_tasks");
    reconcileTask(turn, framework, {
      task_id: kill.task_id,
      ...(kill.agent_id && { agent_id: kill.agent_id }),
    });
    return;
  }
  if (kill.agent_id !== undefined && kill.agent_id.value !== task.agentId) return;
  const agent = turn.state.agents.get(task.agentId);
  if (agent === undefined) return;
  let kills = agent.killsPending.get(framework.id);
  if (kills === undefined) {
    kills = new Set();
    agent.killsPending.set(framework.id, kills);
  }
  kills.add(taskId);
  if (!agent.connected) return;
  turn.sendToAgent(agent, internal.KillTaskMessage, {
    framework_id: { value: framework.id },
    task_id: kill.task_id,
    ...(kill.kill_policy && { kill_policy: kill.kill_policy }),
  });
}
