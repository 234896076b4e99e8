/**
 * ACKNOWLEDGE: the agent may send the task's next update. With its terminal update acknowledged, a
 * task is completed.
 */

import { type AgentId, asId, type TaskId } from "@tavola/base";
import { internal, isTerminal, type scheduler } from "@tavola/protocol";
import { sameBytes } from "./same-bytes.ts";
import type { Agent, Framework } from "./state.ts";
import { removeTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

export function statusAcknowledged(
  turn: Turn,
  framework: Framework,
  acknowledge: scheduler.Call_Acknowledge,
): void {
  turn.count("master/messages_status_update_acknowledgement");
  const agent = turn.state.agents.get(asId<AgentId>(acknowledge.agent_id.value));
  if (!agent?.connected || !isOfThisMaster(agent, framework, acknowledge)) {
    turn.count("master/invalid_status_update_acknowledgements");
    return;
  }
  const task = taskOf(agent, framework, acknowledge);
  const { status_update_state: state, status_update_uuid: uuid } = task?.message ?? {};
  if (task && state && uuid && isTerminal(state) && sameBytes(uuid, acknowledge.uuid)) {
    removeTask(turn, task, agent, "completed");
  }
  turn.sendToAgent(agent, internal.StatusUpdateAcknowledgementMessage, {
    slave_id: acknowledge.agent_id,
    framework_id: { value: framework.id },
    task_id: acknowledge.task_id,
    uuid: acknowledge.uuid,
  });
  turn.count("master/valid_status_update_acknowledgements");
}

/** Of a task that is known, some update must have been passed on; the agent will repeat it if not. */
function isOfThisMaster(
  agent: Agent,
  framework: Framework,
  acknowledge: scheduler.Call_Acknowledge,
): boolean {
  const task = taskOf(agent, framework, acknowledge);
  return task === undefined || task.message.status_update_uuid !== undefined;
}

function taskOf(agent: Agent, framework: Framework, acknowledge: scheduler.Call_Acknowledge) {
  return agent.tasksByFramework.get(framework.id)?.get(asId<TaskId>(acknowledge.task_id.value));
}
