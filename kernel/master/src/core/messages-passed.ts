/**
 * Messages between schedulers and executors, which the master passes on without looking at them.
 */

import { type AgentId, asId, type FrameworkId } from "@tavola/base";
import { internal, type scheduler } from "@tavola/protocol";
import { isConnected } from "./framework-info.ts";
import type { Framework } from "./state.ts";
import type { Turn } from "./turn.ts";

export function messageToExecutor(
  turn: Turn,
  framework: Framework,
  message: scheduler.Call_Message,
): void {
  turn.count("master/messages_framework_to_executor");
  const agent = turn.state.agents.get(asId<AgentId>(message.agent_id.value));
  if (!agent?.connected) {
    turn.count("master/invalid_framework_to_executor_messages");
    return;
  }
  turn.sendToAgent(agent, internal.FrameworkToExecutorMessage, {
    slave_id: message.agent_id,
    framework_id: { value: framework.id },
    executor_id: message.executor_id,
    data: message.data,
  });
  turn.count("master/valid_framework_to_executor_messages");
}

export function messageToFramework(
  turn: Turn,
  from: string,
  message: internal.ExecutorToFrameworkMessage,
): void {
  turn.count("master/messages_executor_to_framework");
  const agent = turn.state.agents.get(asId<AgentId>(message.slave_id.value));
  const framework = turn.state.frameworks.get(asId<FrameworkId>(message.framework_id.value));
  if (agent?.pid !== from || framework === undefined || !isConnected(framework)) {
    turn.count("master/invalid_executor_to_framework_messages");
    return;
  }
  turn.sendEvent(framework, {
    type: "MESSAGE",
    message: {
      agent_id: message.slave_id,
      executor_id: message.executor_id,
      data: message.data,
    },
  });
  turn.count("master/valid_executor_to_framework_messages");
}
