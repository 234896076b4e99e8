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
 * rejects only when nobody reads our output any more.
 */
export async function showTaskOutput(options: TaskOutputOptions): Promise<void> {
  const { terminal } = options;
  const copies = [
    copy(options, "stdout", (data) => terminal.write(data)),
    copy(options, "stderr", (data) => terminal.writeError(data)),
  ];
  // A reader of one stream who has gone ends both at once: the task may never end by itself.
  const problems = await Promise.all(
    copies.map((copied) => copied.then(() => undefined, keepIfOurs)),
  );
  // No such file: the task ended before it had a sandbox, and its status says why.
  const [first] = problems.flatMap((problem) =>
    problem === undefined || problem.details["status"] === 404 ? [] : [problem],
  );
  if (first !== undefined) {
    terminal.tell(`${options.executorId}: cannot read all of its output: ${first.message}\n`);
  }
}

function keepIfOurs(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  throw error;
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
