import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskHistory } from "../core/model/task.ts";
import { OfferCache } from "../core/placement/offer-cache.ts";
import type { TaskRecord } from "../core/records.ts";
import { createSchedulerState } from "../core/state.ts";
import { sampleHistory, sampleTaskId } from "../testing/sample-mail.ts";
import { type SandboxSources, sandboxReader } from "./sandbox-reader.ts";

const taskId = sampleTaskId(1);
const never = new AbortController().signal;

/** An agent that has `stdout` in /found and in /recorded. */
function sources(more: Partial<SandboxSources> = {}) {
  const state = createSchedulerState(
    new OfferCache({ rackAttribute: "rackid", defaultRackId: "r" }),
  );
  state.link.frameworkId = "Singularity";
  state.records.agent.set("a1", { port: 5051 } as never);
  const read: string[] = [];
  const all: SandboxSources = {
    engine: { state },
    history: { task: async () => undefined },
    agents: {
      async read(agent, path) {
        read.push(`${agent.hostname}:${agent.port}${path}`);
        if (path.endsWith("stdout")) return { value: { offset: 3, data: "abc" } };
        if (path.endsWith("stderr")) return { problem: "notFound", message: "no such file" };
        return { problem: "unreachable", message: "agent1 is away" };
      },
      directories: async (_, frameworkId) => ({
        value: new Map(frameworkId === "Singularity" ? [[taskId.id, "/found"]] : []),
      }),
    },
    ...more,
  };
  return { state, read, reader: sandboxReader(all) };
}

function ended(directory?: string): TaskHistory {
  const history = sampleHistory(taskId, ["TASK_FAILED"]);
  const task = { ...history.task, mesosTask: { agentId: { value: "a1" } } };
  return { ...history, task, ...(directory !== undefined && { directory }) };
}

test("sandboxReader() reads where a running task is, wherever an ended one was recorded, or asks the agent", async () => {
  const active = sources();
  active.state.records.task.set(taskId.id, {
    agentId: "a1",
    hostname: "h1",
    directory: "/active",
  } as TaskRecord);
  const waiting = sources();
  waiting.state.records.outboxTask.set(taskId.id, ended("/waiting"));
  const past = sources({ history: { task: async () => ended("/past") } });
  for (const [{ reader, read }, known, expected] of [
    [active, undefined, "h1:5051/active/stdout"],
    [waiting, undefined, "agent1.example.com:5051/waiting/stdout"],
    [past, undefined, "agent1.example.com:5051/past/stdout"],
    [sources(), ended("/mail"), "agent1.example.com:5051/mail/stdout"],
    [sources(), ended(), "agent1.example.com:5051/found/stdout"],
  ] as const) {
    const sandbox = await reader.open(taskId.id, known, never);
    assert.deepEqual(await sandbox.read("stdout", {}), { offset: 3, data: "abc" });
    assert.deepEqual(read, [expected]);
    assert.equal(await sandbox.read("stderr", {}), undefined);
    await assert.rejects(sandbox.read("other", {}), /agent1 is away/);
  }
});

test("sandboxReader() says what is not known", async () => {
  await assert.rejects(
    sources().reader.open(taskId.id, undefined, never),
    /not known on which agent/,
  );
  const unknown = sources();
  unknown.state.link.frameworkId = "another";
  await assert.rejects(unknown.reader.open(taskId.id, ended(), never), /knows of no sandbox/);
});
