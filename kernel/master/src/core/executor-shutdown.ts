/**
 * SHUTDOWN of an executor by its framework, and the end of an executor as its agent reports it.
 */

import { type AgentId, asId, type ExecutorId, type FrameworkId } from "@tavola/base";
import { internal, type scheduler } from "@tavola/protocol";
import { findExecutor, removeExecutor } from "./executor-records.ts";
import type { Framework } from "./state.ts";
import type { Turn } from "./turn.ts";

export function executorShutdownAsked(
  turn: Turn,
  framework: Framework,
  shutdown: scheduler.Call_Shutdown,
): void {
  const agent = turn.state.agents.get(asId<AgentId>(shutdown.agent_id.value));
  if (agent === undefined) return;
  turn.sendToAgent(agent, internal.ShutdownExecutorMessage, {
    executor_id: shutdown.executor_id,
    framework_id: { value: framework.id },
  });
}

/** Its tasks' last updates come from the agent on their own. */
export function executorExited(
  turn: Turn,
  from: string,
  message: internal.ExitedExecutorMessage,
): void {
  turn.count("master/messages_exited_executor");
  const agent = turn.state.agents.get(asId<AgentId>(message.slave_id.value));
  if (agent === undefined || agent.pid !== from) return;
  const frameworkId = asId<FrameworkId>(message.framework_id.value);
  const executorId = asId<ExecutorId>(message.executor_id.value);
  if (findExecutor(agent, frameworkId, executorId) === undefined) return;
  removeExecutor(turn, agent, frameworkId, executorId);
  const framework = turn.state.frameworks.get(frameworkId);
  if (framework === undefined) return;
  turn.sendEvent(framework, {
    type: "FAILURE",
    failure: {
      agent_id: message.slave_id,
      executor_id: message.executor_id,
      status: message.status,
    },
  });
}
