/**
 * An agent is killed with `kill -9`, its executor host too, and tasks that count aloud do not notice.
 * After each: the same processes, no gap in the count, and the framework told what really happened.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { eventually } from "@tavola/harness";
import { isTerminal } from "@tavola/sdk";
import { Stage } from "./agent-recovery/stage.ts";
import type { CountingTask } from "./failover/tasks.ts";

describe("an agent that is killed and started again", () => {
  const stage = new Stage();
  let steady: readonly CountingTask[] = [];
  let agentId = "";

  before(async () => {
    await stage.start();
    agentId = (await stage.untilRegistered()).id;
    steady = await stage.launch(["one", "two", "three", "custom"], ["custom"]);
  });
  after(() => stage.close());

  const scenario = (title: string, run: () => Promise<void>): void => {
    test(title, async (context: TestContext) => {
      try {
        await run();
      } catch (error) {
        context.diagnostic(stage.log.slice(-8000));
        throw error;
      }
    });
  };

  /** The same processes count on, and nobody was told anything else. */
  async function assertSteady(): Promise<void> {
    for (const task of steady) {
      const counted = task.count();
      assert.ok(task.isRunning(), `${task.id} does not run`);
      await eventually(`${task.id} to go on`, () => (task.count() > counted ? true : undefined));
      assert.deepEqual([...new Set(stage.states(task.id))].at(-1), "TASK_RUNNING", task.id);
    }
  }

  scenario(
    "its tasks go on, it is who it was, and what ended meanwhile has its exact end",
    async () => {
      const [ending, killedLater] = await stage.launch(["ending", "killed-later"]);
      assert.ok(ending !== undefined && killedLater !== undefined);
      const host = stage.hostPid();
      await stage.killAgent();
      ending.end(7);
      await eventually("its end", () => (ending.isRunning() ? undefined : true));
      await assertSteady();
      assert.equal(stage.hostPid(), host, "the executor host did not outlive its agent");
      stage.startAgent();
      assert.equal((await stage.untilRegistered()).id, agentId);
      const { message, source } = await stage.told("ending", "TASK_FAILED");
      assert.equal(message, "Command exited with status 7");
      assert.equal(source, "SOURCE_EXECUTOR");
      await assertSteady();
      await stage.scheduler?.kill({ value: "killed-later" });
      await stage.told("killed-later", "TASK_KILLED");
      await stage.launch(["later"]);
    },
  );

  scenario(
    "its executor host is killed: the next one takes the tasks, and a kill ends as a kill",
    async () => {
      const [ending, stubborn] = await stage.launch(["ends-unseen", "stubborn"]);
      assert.ok(ending !== undefined && stubborn !== undefined);
      const host = stage.hostPid();
      assert.ok(host !== undefined);
      process.kill(host, "SIGKILL");
      ending.end(9);
      await eventually("another host", () => {
        const next = stage.hostPid();
        return next === undefined || next === host ? undefined : next;
      });
      const { message } = await stage.told("ends-unseen", "TASK_FAILED");
      assert.equal(message, "Command exited with status 9");
      await stage.scheduler?.kill({ value: "stubborn" });
      await stage.told("stubborn", "TASK_KILLED");
      await assertSteady();
    },
  );

  scenario("agent and host are killed together", async () => {
    const [ending] = await stage.launch(["ends-alone"]);
    assert.ok(ending !== undefined);
    const host = stage.hostPid();
    assert.ok(host !== undefined);
    await stage.killAgent();
    process.kill(host, "SIGKILL");
    ending.end(3);
    await eventually("its end", () => (ending.isRunning() ? undefined : true));
    stage.startAgent();
    assert.equal((await stage.untilRegistered()).id, agentId);
    const { message } = await stage.told("ends-alone", "TASK_FAILED");
    assert.equal(message, "Command exited with status 3");
    await assertSteady();
  });

  scenario("a custom executor that ended meanwhile is told with its status", async () => {
    const [process_] = await stage.launch(["gone"], ["gone"]);
    const pid = process_?.pids()[0];
    assert.ok(pid !== undefined);
    await stage.killAgent();
    process.kill(pid, "SIGKILL");
    stage.startAgent();
    const { reason, message } = await stage.told("gone", "TASK_FAILED");
    assert.equal(reason, "REASON_EXECUTOR_TERMINATED");
    assert.equal(message, "Executor terminated");
    await assertSteady();
  });

  scenario("another agent on the same work directory is refused, and harms nothing", async () => {
    const second = stage.startSecondAgent();
    const [code] = (await once(second, "exit")) as [number | null];
    assert.notEqual(code, 0);
    assert.match(stage.log, /another agent (\(pid \d+\) )?runs with the work directory/);
    await assertSteady();
  });

  scenario(
    "a changed configuration is refused with the way out; the tasks run on meanwhile",
    async () => {
      await stage.killAgent();
      stage.startAgent("--attributes=rack:r2");
      const { agent } = stage;
      assert.ok(agent !== undefined);
      const [code] = (await once(agent, "exit")) as [number | null];
      assert.notEqual(code, 0);
      const latest = join(stage.folder, "agent/meta/slaves/latest");
      assert.ok(stage.log.includes(`rm -f ${latest}`), stage.log);
      await assertSteady();
      stage.startAgent();
      assert.equal((await stage.untilRegistered()).id, agentId);
      await assertSteady();
    },
  );

  scenario("--recover=cleanup ends all of it, then the agent", async () => {
    await stage.killAgent();
    stage.startAgent("--recover=cleanup");
    const { agent } = stage;
    assert.ok(agent !== undefined);
    const [code] = (await once(agent, "exit")) as [number | null];
    assert.equal(code, 0, stage.log);
    for (const task of steady) assert.equal(task.isRunning(), false, task.id);
    assert.equal(existsSync(join(stage.folder, "agent/meta/slaves/latest")), false);
  });
});

test("tasks of a framework that does not checkpoint end with their agent", async () => {
  const stage = new Stage({ checkpoint: false });
  try {
    await stage.start();
    const tasks = await stage.launch(["one", "custom"], ["custom"]);
    await stage.killAgent();
    for (const task of tasks) {
      await eventually(`${task.id} to end`, () => (task.isRunning() ? undefined : true));
    }
    stage.startAgent();
    await stage.untilRegistered();
    // The master sees that the agent knows nothing of them.
    for (const { id } of tasks) {
      await eventually(`${id} to be told lost`, () => {
        const last = stage.states(id).at(-1);
        return last !== undefined && isTerminal(last) ? last : undefined;
      });
    }
  } finally {
    await stage.close();
  }
});

test("executors end by themselves when their agent stays away longer than --recovery_timeout", async () => {
  const stage = new Stage({ agentArguments: ["--recovery_timeout=2secs"] });
  try {
    await stage.start();
    const tasks = await stage.launch(["one", "custom"], ["custom"]);
    await stage.killAgent();
    for (const task of tasks) {
      await eventually(`${task.id} to end`, () => (task.isRunning() ? undefined : true));
    }
    stage.startAgent();
    await stage.untilRegistered();
    for (const { id } of tasks) {
      const { reason } = await stage.told(id, "TASK_FAILED");
      assert.equal(reason, "REASON_EXECUTOR_TERMINATED");
    }
  } finally {
    await stage.close();
  }
});
