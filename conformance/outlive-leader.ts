/**
 * A framework of any client, made to outlive the leading master.
 *
 * The framework runs two tasks, `meanwhile` and `after`, with the commands it is given, and prints
 * `both run` when both are running, `subscribed again` when it is connected to another leader than at
 * first, and ends 0 when it was told TASK_FINISHED of both. The leader is killed with -9 while both
 * run; `meanwhile` ends while nobody leads, `after` once the framework is back. Both must be told, and
 * the processes must be those of before.
 */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, type ProcessOptions, runProcess } from "@tavola/harness";
import type { Masters } from "./masters.ts";

const boundMs = 55_000;

/** How a framework is started. `commands` are those of `meanwhile` and `after`. */
export type FrameworkCommand = (commands: readonly [string, string]) => {
  readonly command: string;
  readonly args: readonly string[];
  readonly options?: Omit<ProcessOptions, "onOutput" | "timeoutMs">;
};

export async function outliveLeader(masters: Masters, framework: FrameworkCommand): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-conformance-"));
  const names = ["meanwhile", "after"] as const;
  const pids = (): string[] => names.map((name) => readFileSync(join(folder, name), "utf8"));
  let output = "";
  let over: string | undefined;
  const says = async (words: string): Promise<void> => {
    const said = await eventually(
      `the framework to say "${words}"`,
      () => output.includes(words) || (over === undefined ? undefined : false),
      { boundMs },
    );
    if (!said) throw new Error(`the framework ${over} before it said "${words}"`);
  };
  const finish = (name: string): void => writeFileSync(join(folder, `${name}.finish`), "");
  const commandOf = (name: string): string => waitingCommand(folder, name);
  const { command, args, options } = framework([commandOf("meanwhile"), commandOf("after")]);
  const running = runProcess(command, args, {
    ...options,
    timeoutMs: boundMs,
    onOutput: (text) => {
      output += text;
    },
  }).then((result) => {
    over = result.timedOut ? "ran out of time" : `ended with ${result.signal ?? result.code}`;
    return result;
  });
  try {
    await says("both run");
    const before = pids();
    await masters.killLeader();
    finish("meanwhile");
    await says("subscribed again");
    assert.deepEqual(pids(), before, "the tasks were started once");
    assert.ok(isRunning(before[1]), "the task of before is running still");
    finish("after");
    const { code } = await running;
    assert.equal(code, 0, `the framework ${over}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}; it said:\n${output}`, { cause: error });
  } finally {
    for (const name of names) finish(name);
    await running;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes its pid, then waits for its word to finish, or for its folder to go. */
function waitingCommand(folder: string, name: string): string {
  const file = join(folder, name);
  return `echo $$ >> ${file}; while [ -e ${file} ] && [ ! -e ${file}.finish ]; do sleep 0.1; done`;
}

function isRunning(pid: string | undefined): boolean {
  return existsSync(`/proc/${pid?.trim()}`);
}
