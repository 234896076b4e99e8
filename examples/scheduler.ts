/**
 * A whole scheduler: runs a command a few times on whatever the cluster offers, and says how it went.
 *
 *     npx node examples/scheduler.ts 127.0.0.1:5050 3 'echo hello; sleep 1'
 */

import { connectScheduler, isTerminal } from "@tavola/sdk";

const [masters = "127.0.0.1:5050", count = "3", value = "echo hello"] = process.argv.slice(2);
const needs = { cpus: 0.1, mem: 32 };
const waiting = Array.from({ length: Number(count) }, (_, index) => `example-${index + 1}`);
const running = new Set<string>();

const scheduler = connectScheduler({
  masters,
  framework: {
    user: process.env["USER"] ?? "root",
    name: "example scheduler",
    roles: ["*"],
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
  },
});

for await (const event of scheduler) {
  if (event.type === "SUBSCRIBED") {
    console.log(`subscribed as ${event.framework_id.value}`);
  } else if (event.type === "OFFERS") {
    for (const offer of event.offers ?? []) {
      const free = (name: string) =>
        offer.resources?.find((resource) => resource.name === name)?.scalar?.value ?? 0;
      const fits = Math.floor(Math.min(free("cpus") / needs.cpus, free("mem") / needs.mem));
      const ids = waiting.splice(0, fits);
      const tasks = ids.map((id) => ({
        name: id,
        task_id: { value: id },
        agent_id: offer.agent_id,
        command: { value },
        resources: [
          { name: "cpus", type: "SCALAR" as const, scalar: { value: needs.cpus } },
          { name: "mem", type: "SCALAR" as const, scalar: { value: needs.mem } },
        ],
      }));
      for (const id of ids) running.add(id);
      if (tasks.length > 0) await scheduler.launch(offer, tasks);
      else await scheduler.decline([offer.id], { refuse_seconds: 60 });
    }
  } else if (event.type === "UPDATE") {
    const { task_id, state, message } = event.status;
    console.log(`${task_id.value}: ${state}${message === undefined ? "" : ` (${message})`}`);
    if (isTerminal(state)) running.delete(task_id.value);
    if (waiting.length === 0 && running.size === 0) await scheduler.teardown();
  }
}
