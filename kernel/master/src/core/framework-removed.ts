/**
 * A framework goes for good: by TEARDOWN, by an operator, or because it stayed away too long. Its
 * tasks are declared killed, its executors are shut down, and its id is never used again.
 */

import type { FrameworkId } from "@tavola/base";
import { internal, type TaskStatus } from "@tavola/protocol";
import type { Ticket } from "./effects.ts";
import { removeExecutor } from "./executor-records.ts";
import { cancelFailoverTimer } from "./failover-timer.ts";
import { dropStream } from "./framework-subscribed.ts";
import { masterStatus } from "./master-status.ts";
import { discardOffers } from "./offer-records.ts";
import type { Framework, Task } from "./state.ts";
import { completeTask, countEnd, releaseTasks, removeTask, updateTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";
import { untrackRole } from "./used-resources.ts";

/** An operator asks for it. */
export function teardownAsked(turn: Turn, frameworkId: FrameworkId, ticket: Ticket): void {
  const framework = turn.state.frameworks.get(frameworkId);
  if (framework === undefined) {
    turn.reply(ticket, { status: 400, message: "No framework found with specified ID" });
    return;
  }
  turn.count("master/messages_unregister_framework");
  removeFramework(turn, framework);
  turn.reply(ticket, { status: 200 });
}

/** PERF: O(agents + its tasks), once in a framework's life; 5 us a task. */
export function removeFramework(turn: Turn, framework: Framework): void {
  const { state } = turn;
  turn.info("framework removed", { frameworkId: framework.id, framework: framework.info.name });
  if (framework.state === "active") turn.allocator.frameworkDeactivated(framework.id);
  discardOffers(turn, framework);
  const shutdown = { framework_id: { value: framework.id } };
  for (const agent of state.agents.values()) {
    turn.sendToAgent(agent, internal.ShutdownFrameworkMessage, shutdown);
  }
  killTasks(turn, framework);
  for (const [agentId, executors] of [...framework.executors]) {
    const agent = state.agents.get(agentId);
    if (agent === undefined) continue;
    for (const id of [...executors.keys()]) removeExecutor(turn, agent, framework.id, id);
  }
  dropStream(turn, framework);
  cancelFailoverTimer(turn, framework.id);
  state.earlyKills.delete(framework.id);
  framework.questions.length = 0;
  framework.state = "completed";
  framework.unregisteredAt = turn.now;
  for (const role of framework.roles) untrackRole(state, framework, role);
  state.frameworks.delete(framework.id);
  turn.allocator.frameworkRemoved(framework.id);
  state.completedFrameworks.set(framework.id, framework);
  turn.publish({ type: "FRAMEWORK_REMOVED", info: framework.info });
  turn.allocateSoon();
}

function killTasks(turn: Turn, framework: Framework): void {
  for (const [agentId, tasks] of Map.groupBy(framework.tasks.values(), (task) => task.agentId)) {
    const agent = turn.state.agents.get(agentId);
    const released = releaseTasks(turn, tasks, framework);
    for (const task of tasks) {
      const status = declareKilled(turn, framework, task);
      if (released.has(task)) countEnd(turn, status);
      if (agent !== undefined) removeTask(turn, task, agent, "completed");
    }
  }
  for (const task of [...framework.unreachableTasks.values()]) {
    declareKilled(turn, framework, task);
    framework.unreachableTasks.delete(task.id);
    completeTask(turn, framework, task);
  }
}

/** Nobody is told: whoever asked for it knows. */
function declareKilled(turn: Turn, framework: Framework, task: Task): TaskStatus {
  const status = masterStatus(turn, {
    taskId: task.id,
    agentId: task.agentId,
    state: "TASK_KILLED",
    reason: "REASON_FRAMEWORK_REMOVED",
    message: `Framework ${framework.id} removed`,
  });
  updateTask(turn, task, { status });
  return status;
}
