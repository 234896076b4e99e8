/**
 * A kill is asked for once and meant until the task has ended: what an agent may not have heard is said
 * again when the agent, or the task, turns up.
 */

import { internal, isTerminal } from "@tavola/protocol";
import type { Agent, Task } from "./state.ts";
import type { Turn } from "./turn.ts";

/** To the agent, if it is there. */
export function sendKill(turn: Turn, agent: Agent, task: Task): void {
  if (task.kill === undefined || !agent.connected) return;
  task.kill.sent = true;
  turn.sendToAgent(agent, internal.KillTaskMessage, {
    framework_id: { value: task.frameworkId },
    task_id: { value: task.id },
    ...(task.kill.policy && { kill_policy: task.kill.policy }),
  });
}

/** The connection broke: whatever was sent may be lost. PERF: O(tasks of the agent). */
export function doubtKills(agent: Agent): void {
  for (const task of tasksOf(agent)) if (task.kill !== undefined) task.kill.sent = false;
}

/**
 * The agent is back with these tasks, as it reports them. One that it does not report may be on its
 * way to it: that is told when it shows up (`killShownTask`). PERF: O(tasks reported).
 */
export function repeatKills(
  turn: Turn,
  agent: Agent,
  reported: internal.ReregisterSlaveMessage["tasks"] = [],
): void {
  for (const { state, framework_id: frameworkId, task_id: taskId } of reported) {
    if (isTerminal(state)) continue;
    const ofFramework = agent.tasksByFramework.get(frameworkId.value as Task["frameworkId"]);
    const task = ofFramework?.get(taskId.value as Task["id"]);
    if (task !== undefined) sendKill(turn, agent, task);
  }
}

/**
 * An update says that the task lives.
 * Differs: Mesos leaves one running whose kill was asked for between its launch and its first update,
 * if the connection broke then.
 */
export function killShownTask(turn: Turn, agent: Agent, task: Task): void {
  if (task.kill?.sent === false && !isTerminal(task.message.state)) sendKill(turn, agent, task);
}

function* tasksOf(agent: Agent): Generator<Task, void, undefined> {
  for (const ofFramework of agent.tasksByFramework.values()) yield* ofFramework.values();
}
