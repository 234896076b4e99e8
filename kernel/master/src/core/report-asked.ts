/**
 * An agent shows a task that this master does not know: its launch was given up and arrived after all.
 * The agent is asked to reregister, so that it reports everything; until then nothing is said about
 * what may run there. It is asked once for each such task: what it does not report then is not there.
 *
 * Differs: Mesos passes the updates on and leaves the task running unseen.
 */

import type { FrameworkId, TaskId } from "@tavola/base";
import { isTerminal, type TaskState } from "@tavola/protocol";
import { pingAgent } from "./agent-records.ts";
import { endEarlyKills } from "./early-kills.ts";
import { limits } from "./limits.ts";
import type { Agent } from "./state.ts";
import type { Turn } from "./turn.ts";

export interface ShownTask {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  /** The newest that the agent tells. */
  readonly state: TaskState;
}

/** What ran for a framework that is not there is being ended. */
export function unknownTaskShown(turn: Turn, agent: Agent, shown: ShownTask): void {
  const { frameworks } = turn.state;
  if (!frameworks.has(shown.frameworkId) || isTerminal(shown.state) || !agent.connected) return;
  const key = keyOf(shown.frameworkId, shown.taskId);
  if (agent.unreportedTasks.has(key)) return;
  if (agent.unreportedTasks.size >= limits.unreportedTasksPerAgentMax) return;
  agent.unreportedTasks.add(key);
  turn.warn("an agent shows a task that is not known", {
    agentId: agent.id,
    frameworkId: shown.frameworkId,
    taskId: shown.taskId,
  });
  askToReport(turn, agent);
}

/** By the next pings, until it reregisters. One that is disconnected does so anyway. */
export function askToReport(turn: Turn, agent: Agent): void {
  const { askedToReport } = turn.state;
  if (!agent.connected || askedToReport.has(agent.id)) return;
  turn.info("asking an agent to reregister", { agentId: agent.id });
  askedToReport.add(agent.id);
  pingAgent(turn, agent);
}

/** It has reported everything. */
export function agentReported(turn: Turn, agent: Agent): void {
  if (!turn.state.askedToReport.delete(agent.id)) return;
  for (const ofFramework of agent.tasksByFramework.values()) {
    for (const task of ofFramework.values()) {
      agent.unreportedTasks.delete(keyOf(task.frameworkId, task.id));
    }
  }
  endEarlyKills(turn.state);
}

function keyOf(frameworkId: FrameworkId, taskId: TaskId): string {
  return `${frameworkId}\n${taskId}`;
}
