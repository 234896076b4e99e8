import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deploy } from "../core/model/deploy.ts";
import { cleanUpTask } from "../core/tasks/clean-up-task.ts";
import { shellCommandAsked } from "../core/tasks/shell-command-asked.ts";
import { Fixture } from "../core/testing/fixture.ts";
import { tellDestroy, tellShellCommand } from "./executor-talk.ts";

/** A service with one task, and what was told to whose executor. */
function talkOf(deploy: Partial<Deploy>) {
  const fixture = new Fixture({ shellCommands: [{ name: "jstack" }] });
  fixture.addService({ id: "web" }, deploy);
  const task = fixture.addTask("web", 1);
  const told: { executorId: string; agentId: string; said: Record<string, unknown> }[] = [];
  const link = {
    sendMessage: (executorId: string, agentId: string, data: Uint8Array) => {
      told.push({ executorId, agentId, said: JSON.parse(data.toString()) });
    },
  };
  const talk = { state: fixture.state, link, decide: fixture.turn.bind(fixture) };
  const ask = () => {
    const shellCommand = { name: "jstack" };
    const id = task.taskId.id;
    fixture.turn((turn) => shellCommandAsked(turn, { taskId: id, user: "ann", shellCommand }));
    for (const effect of fixture.take("shellCommand")) tellShellCommand(talk, effect);
    return fixture
      .task(id)
      ?.shellCommands?.[0]?.shellUpdates.map(
        ({ updateType, message }) => `${updateType} ${message}`,
      );
  };
  return { fixture, task, told, talk, ask };
}

test("a deploy's own executor is told of a command; its answer is waited for", () => {
  const { ask, told, task } = talkOf({ customExecutorCmd: "run" });
  assert.deepEqual(ask(), []);
  assert.equal(told.length, 1);
  assert.deepEqual([told[0]?.executorId, told[0]?.agentId], [task.taskId.id, task.agentId]);
  assert.deepEqual(told[0]?.said["shellCommand"], { name: "jstack" });
  const named = talkOf({ customExecutorCmd: "run", customExecutorId: "shared" });
  named.ask();
  assert.equal(named.told[0]?.executorId, "shared");
});

test("of a task that the agent's own executor runs, a command is answered INVALID at once", () => {
  const { ask, told } = talkOf({});
  assert.deepEqual(ask(), [
    "INVALID the task has no executor that takes commands (customExecutorCmd)",
  ]);
  assert.deepEqual(told, []);
});

test("a deploy's own executor is told that its task is to be destroyed, and by whom", () => {
  for (const [deploy, times] of [
    [{ customExecutorCmd: "run" }, 1],
    [{}, 0],
  ] as const) {
    const { fixture, task, talk, told } = talkOf(deploy);
    fixture.turn((turn) =>
      cleanUpTask(turn, task, { cleanupType: "USER_REQUESTED_DESTROY", user: "ann" }),
    );
    tellDestroy(talk, task.taskId.id);
    tellDestroy(talk, "gone");
    assert.equal(told.length, times);
    if (times === 0) continue;
    assert.deepEqual(
      [told[0]?.said["@class"], told[0]?.said["user"]],
      [".SingularityTaskDestroyFrameworkMessage", "ann"],
    );
  }
});
