import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedClock } from "@tavola/host";
import { DirectoryFinder } from "./directory-finder.ts";

/** An agent that answers nothing (undefined), or knows the sandboxes of `known`. */
function finderOf(known: Map<string, string> | undefined) {
  const clock = simulatedClock();
  const found = new Map<string, string>();
  let asked = 0;
  const finder = new DirectoryFinder({
    clock,
    addressOf: () => ({ hostname: "h", port: 5051 }),
    ask: async () => {
      asked += 1;
      return known === undefined ? { problem: "unreachable", message: "" } : { value: known };
    },
    found: (directories) => {
      for (const [taskId, directory] of directories) found.set(taskId, directory);
    },
  });
  return { clock, found, finder, asked: () => asked };
}

test("tasks of one agent are asked about together", async () => {
  const { clock, found, finder, asked } = finderOf(
    new Map([
      ["t1", "/t1"],
      ["t2", "/t2"],
    ]),
  );
  finder.want("t1", "a");
  finder.want("t2", "a");
  await clock.advanceSettling(60_000);
  assert.deepEqual([...found.keys()], ["t1", "t2"]);
  assert.equal(asked(), 1);
});

test("a task that is never found does not use up the tries of those that come after it", async () => {
  const known = new Map<string, string>();
  const { clock, found, finder, asked } = finderOf(known);
  finder.want("never", "a");
  for (let n = 0; asked() < 4 && n < 1000; n++) await clock.advanceSettling(10);
  finder.want("late", "a");
  while (asked() < 5) await clock.advanceSettling(10);
  known.set("late", "/late");
  await clock.advanceSettling(60_000);
  assert.deepEqual([...found], [["late", "/late"]]);
  const before = asked();
  await clock.advanceSettling(60_000);
  assert.equal(asked(), before, "nothing is asked about for ever");
});

test("an agent that does not answer is asked ever more seldom, whatever comes up on it", async () => {
  const { clock, finder, asked } = finderOf(undefined);
  for (let second = 0; second < 300; second += 1) {
    finder.want(`t${second}`, "silent");
    await clock.advanceSettling(1000);
  }
  assert.ok(asked() >= 4 && asked() <= 8, `${asked()} times in five minutes`);
});

test("an agent on which tasks come up one by one is not asked for each", async () => {
  const known = new Map<string, string>();
  const { clock, found, finder, asked } = finderOf(known);
  for (let n = 0; n < 100; n += 1) {
    known.set(`t${n}`, `/t${n}`);
    finder.want(`t${n}`, "a");
    await clock.advanceSettling(100);
  }
  await clock.advanceSettling(60_000);
  assert.equal(found.size, 100);
  assert.ok(asked() <= 5, `${asked()} times in ten seconds`);
});
