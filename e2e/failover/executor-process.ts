/**
 * A custom executor for tests: a process of its own, whose tasks are only words until somebody makes
 * the file that ends them. `node executor-process.ts FOLDER`; see `tasks.ts` for the files.
 *
 * Its tasks' pid is its own.
 */

import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { connectExecutor } from "@tavola/sdk";

const [folder = "."] = process.argv.slice(2);
const executor = connectExecutor();
const running = new Set<string>();

async function work(id: string): Promise<void> {
  const file = join(folder, id);
  const task_id = { value: id };
  appendFileSync(`${file}.pid`, `${process.pid}\n`);
  await executor.update({ task_id, state: "TASK_RUNNING" });
  for (let count = 1; running.has(id) && !existsSync(`${file}.end`); count += 1) {
    appendFileSync(`${file}.count`, `${count}\n`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const state = running.delete(id) ? "TASK_FINISHED" : "TASK_KILLED";
  await executor.update({ task_id, state });
}

for await (const event of executor) {
  if (event.type === "LAUNCH") {
    const id = event.task.task_id.value;
    running.add(id);
    void work(id);
  } else if (event.type === "KILL") running.delete(event.task_id.value);
  else if (event.type === "SHUTDOWN") running.clear();
}
process.exit(0);
