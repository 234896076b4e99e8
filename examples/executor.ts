/**
 * A whole custom executor: each task is a number, and its work is to add up all numbers below it.
 *
 * An agent starts it for tasks whose `executor.command` is `node examples/executor.ts`, and tells it
 * where to connect through `MESOS_*` variables. A task's `data` is the number as text; a message to
 * the executor is answered with what it works on.
 */

import { connectExecutor } from "@tavola/sdk";

const executor = connectExecutor();
const working = new Map<string, AbortController>();
const works: Promise<void>[] = [];

async function work(id: string, data: Uint8Array | undefined): Promise<void> {
  const task_id = { value: id };
  const stop = new AbortController();
  working.set(id, stop);
  await executor.update({ task_id, state: "TASK_RUNNING" });
  const end = Number(Buffer.from(data ?? []).toString());
  let sum = 0;
  for (let n = 0; n < end && !stop.signal.aborted; n += 1) {
    sum += n;
    if (n % 1_000_000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  working.delete(id);
  if (stop.signal.aborted) {
    await executor.update({ task_id, state: "TASK_KILLED", message: `stopped at ${sum}` });
  } else {
    await executor.update({ task_id, state: "TASK_FINISHED", message: `the sum is ${sum}` });
  }
}

for await (const event of executor) {
  if (event.type === "SUBSCRIBED") {
    console.log(
      `executor ${event.executor_info.executor_id?.value} is on ${event.agent_info.hostname}`,
    );
  } else if (event.type === "LAUNCH") {
    works.push(work(event.task.task_id.value, event.task.data));
  } else if (event.type === "KILL") {
    working.get(event.task_id.value)?.abort();
  } else if (event.type === "MESSAGE") {
    await executor.message(Buffer.from(JSON.stringify([...working.keys()])));
  } else if (event.type === "SHUTDOWN") {
    for (const stop of working.values()) stop.abort();
    await Promise.all(works);
  }
}
process.exit(0);
