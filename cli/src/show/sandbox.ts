/**
 * Where a task's files are, as its agent serves them.
 */

import { CodedError } from "@tavola/base";
import type { AgentClient } from "@tavola/sdk";
import { sandboxPath } from "../run/task-output.ts";
import type { ListedTask } from "./task-list.ts";

/**
 * The sandbox's path. The virtual path of the executor's latest run is there as long as the agent
 * keeps the sandbox. Throws SANDBOX_GONE when it does not.
 */
export async function findSandbox(agent: AgentClient, task: ListedTask): Promise<string> {
  const path = sandboxPath(task.frameworkId, task.executorId);
  try {
    await agent.call("LIST_FILES", { path });
    return path;
  } catch (error) {
    if (!(error instanceof CodedError) || error.details["status"] !== 404) throw error;
    throw new CodedError(
      "SANDBOX_GONE",
      `the agent at ${task.agentAddress} keeps no files of ${task.taskId} any more`,
    );
  }
}
