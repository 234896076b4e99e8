/**
 * What a task prints, brought here while it runs: its sandbox's stdout and stderr, followed on its agent.
 */

import { CodedError } from "@tavola/base";
import { type AgentClient, followFile } from "@tavola/sdk";
import type { Terminal } from "../terminal.ts";
import { LinePrefixer } from "./line-prefixer.ts";

export interface TaskOutputOptions {
  readonly agent: AgentClient;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly terminal: Terminal;
  /** Put before every line; undefined passes bytes on as they are. */
  readonly prefix: string | undefined;
  /** Aborted when the task has ended. */
  readonly ended: AbortSignal;
}

/** The virtual path under which an agent serves the sandbox of an executor's latest run. */
export function sandboxPath(frameworkId: string, executorId: string): string {
  return `/frameworks/${frameworkId}/executors/${executorId}/runs/latest`;
}

/**
 * Resolves when all that the task printed has been written. What cannot be read is told once;
 * rejects, at once, only when nobody reads our output any more.
 */
export async function showTaskOutput(options: TaskOutputOptions): Promise<void> {
  const { terminal, executorId } = options;
  const problems = await Promise.all([
    problemOf(copy(options, "stdout", (data) => terminal.write(data))),
    problemOf(copy(options, "stderr", (data) => terminal.writeError(data))),
  ]);
  // No such file: the task ended before it had a sandbox, and its status says why.
  const [first] = problems.filter((problem) => problem && problem.details["status"] !== 404);
  if (first === undefined) return;
  terminal.tell(`${executorId}: cannot read all of its output: ${first.message}\n`);
}

/** Why the agent's side of it failed; undefined when it did not. */
async function problemOf(copying: Promise<void>): Promise<CodedError | undefined> {
  try {
    await copying;
    return undefined;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

async function copy(
  options: TaskOutputOptions,
  name: "stdout" | "stderr",
  write: (data: string | Uint8Array) => Promise<void>,
): Promise<void> {
  const { agent, frameworkId, executorId, ended, prefix } = options;
  const path = `${sandboxPath(frameworkId, executorId)}/${name}`;
  const lines = prefix === undefined ? undefined : new LinePrefixer(prefix);
  for await (const data of followFile(agent, { path, complete: ended })) {
    const shown = lines === undefined ? data : lines.push(data);
    if (shown.length > 0) await write(shown);
  }
  const rest = lines?.end() ?? "";
  if (rest.length > 0) await write(rest);
}
