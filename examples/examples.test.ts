import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Cluster, repositoryRoot, runProcess, startCluster } from "@tavola/harness";
import { connectScheduler, isTerminal } from "@tavola/sdk";

let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
});

after(async () => {
  await cluster.stop();
});

test("the examples are whole programs in under 60 lines", () => {
  for (const name of ["scheduler.ts", "executor.ts"]) {
    const lines = readFileSync(join(import.meta.dirname, name), "utf8")
      .trimEnd()
      .split("\n");
    assert.ok(lines.length < 60, `${name} has ${lines.length} lines`);
  }
});

test("the example scheduler runs its tasks to their end", async () => {
  const script = join(import.meta.dirname, "scheduler.ts");
  const master = new URL(cluster.master).host;
  const result = await runProcess(process.execPath, [script, master, "4", "echo hello"], {
    timeoutMs: 30_000,
  });
  assert.equal(result.code, 0, result.stderr);
  for (let task = 1; task <= 4; task += 1) {
    assert.match(result.stdout, new RegExp(`example-${task}: TASK_FINISHED`));
  }
});

test("the example executor works, answers messages, is killed and shut down", async () => {
  const command = `cd ${repositoryRoot} && exec ${process.execPath} examples/executor.ts`;
  const executor = {
    type: "CUSTOM" as const,
    executor_id: { value: "adder" },
    command: { value: command },
    resources: [
      { name: "cpus", type: "SCALAR" as const, scalar: { value: 0.1 } },
      { name: "mem", type: "SCALAR" as const, scalar: { value: 128 } },
    ],
  };
  const task = (id: string, data: string) => ({
    name: id,
    task_id: { value: id },
    executor,
    data: Buffer.from(data),
    resources: [{ name: "cpus", type: "SCALAR" as const, scalar: { value: 0.1 } }],
  });
  const scheduler = connectScheduler({
    masters: new URL(cluster.master).host,
    framework: {
      user: "root",
      name: "adders",
      roles: ["*"],
      capabilities: [{ type: "MULTI_ROLE" }],
    },
    signal: AbortSignal.timeout(30_000),
  });
  const ends = new Map<string, string>();
  let answer = "";
  let launched = false;
  for await (const event of scheduler) {
    if (event.type === "OFFERS") {
      for (const offer of event.offers ?? []) {
        const { agent_id } = offer;
        const tasks = [task("short", "1001"), task("endless", "Infinity")];
        if (launched) await scheduler.decline([offer.id]);
        else
          await scheduler.launch(
            offer,
            tasks.map((each) => ({ ...each, agent_id })),
          );
        launched = true;
      }
    } else if (event.type === "UPDATE") {
      const { state, message = "", task_id, agent_id } = event.status;
      if (isTerminal(state)) ends.set(task_id.value, `${state} ${message}`);
      const isWorking = state === "TASK_RUNNING" && task_id.value === "endless";
      if (isWorking && agent_id !== undefined) {
        await scheduler.message(executor.executor_id, agent_id, Buffer.from("what?"));
      }
      if (ends.size === 2) await scheduler.teardown();
    } else if (event.type === "MESSAGE") {
      answer = Buffer.from(event.data).toString();
      await scheduler.kill({ value: "endless" });
    }
  }
  assert.match(answer, /"endless"/);
  assert.equal(ends.get("short"), "TASK_FINISHED the sum is 500500");
  assert.match(ends.get("endless") ?? "", /^TASK_KILLED stopped at \d/);
});
