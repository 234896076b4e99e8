import assert from "node:assert/strict";
import { test } from "node:test";
import { Fixture } from "../testing/fixture.ts";
import { shellCommandAsked, shellCommandUpdated } from "./shell-command-asked.ts";

function running() {
  const fixture = new Fixture({ shellCommands: [{ name: "jstack", options: [{ name: "-l" }] }] });
  fixture.addService({ id: "web" });
  const { taskId } = fixture.addTask("web", 1);
  const ask = (shellCommand: { name: string; options?: string[] }) =>
    fixture.turn((turn) => shellCommandAsked(turn, { taskId: taskId.id, shellCommand }));
  return { fixture, taskId, ask };
}

test("only commands and options that are listed are passed on, to tasks that run", () => {
  const { fixture, ask } = running();
  assert.match(ask({ name: "rm" }).refusal?.message ?? "", /rm not in \[jstack\]/);
  assert.match(ask({ name: "jstack", options: ["-x"] }).refusal?.message ?? "", /option -x/);
  const unknown = fixture.turn((turn) =>
    shellCommandAsked(turn, { taskId: "none", shellCommand: { name: "jstack" } }),
  );
  assert.equal(unknown.refusal?.status, 404);
  assert.equal(ask({ name: "jstack", options: ["-l"] }).refusal, undefined);
  assert.equal(fixture.take("shellCommand").length, 1);
});

test("a task keeps its last commands, and the last that was told of each", () => {
  const { fixture, taskId, ask } = running();
  for (let n = 0; n < 60; n++) {
    ask({ name: "jstack" });
    fixture.advance(1);
  }
  const commands = fixture.task(taskId.id)?.shellCommands ?? [];
  assert.equal(commands.length, 50);
  const { timestamp } = commands.at(-1)?.shellRequest ?? { timestamp: 0 };
  for (let n = 0; n < 60; n++) {
    fixture.turn((turn) =>
      shellCommandUpdated(turn, {
        shellRequestId: { taskId, name: "jstack", timestamp },
        timestamp: turn.now,
        updateType: "ACKED",
        message: `${n}`,
      }),
    );
  }
  const updates = fixture.task(taskId.id)?.shellCommands?.at(-1)?.shellUpdates ?? [];
  assert.deepEqual([updates.length, updates.at(-1)?.message], [8, "59"]);
});
