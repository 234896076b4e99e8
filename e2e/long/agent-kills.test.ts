/**
 * An agent is killed again and again while tasks are being launched on it, every other time with its
 * executor host, at whatever moment that is. Each task must come to one of two ends: it runs, once, and the
 * framework knows; or it does not run, and the framework knows. Nothing is left over.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "@tavola/harness";
import { isTerminal } from "@tavola/sdk";
import { Stage } from "../agent-recovery/stage.ts";
import type { CountingTask } from "../failover/tasks.ts";

const rounds = 20;
const tasksEach = 8;
const killMsMax = 300;
const bound = { boundMs: 30_000 };

const stage = new Stage();
before(() => stage.start());
after(() => stage.close());

function lastTold(id: string) {
  return stage.states(id).at(-1);
}

function isOver(id: string): boolean {
  const state = lastTold(id);
  return state !== undefined && isTerminal(state);
}

test(`killed ${rounds} times while ${tasksEach} tasks are launched, an agent loses none`, async (context) => {
  const told = { running: 0, over: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const ids = Array.from({ length: tasksEach }, (_, i) => `r${round}-${i}`);
    const tasks = await stage.send(ids);
    // Spread over all that happens in a launch, the same in every run.
    const afterMs = (killMsMax * ((round * 7) % rounds)) / rounds;
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const host = stage.hostPid();
    await stage.killAgent();
    if (round % 2 === 1 && host !== undefined) process.kill(host, "SIGKILL");
    stage.startAgent();
    await stage.untilRegistered();
    const isSettled = (id: string): boolean => lastTold(id) === "TASK_RUNNING" || isOver(id);
    const settled = () => (ids.every(isSettled) ? true : undefined);
    await eventually(`round ${round} to be settled`, settled, bound);
    for (const task of tasks) await assertTrue(task, `killed after ${afterMs} ms`);
    const running = ids.filter((id) => !isOver(id)).length;
    told.running += running;
    told.over += ids.length - running;
    for (const task of tasks) task.end();
    await eventually("its end", () => (ids.every(isOver) ? true : undefined), bound);
  }
  context.diagnostic(`${told.running} tasks ran on, ${told.over} never ran`);
  assert.ok(told.running > 0 && told.over > 0, "the kills came always early, or always late");
});

/** What the framework was told is what is there. */
async function assertTrue(task: CountingTask, when: string): Promise<void> {
  const isThere = (): boolean => task.pids().length > 0 && task.isRunning();
  const wanted = lastTold(task.id) === "TASK_RUNNING";
  await eventually(
    `${task.id} (${stage.states(task.id).join(", ")}; ${when}) to ${wanted ? "run" : "be gone"}`,
    () => (isThere() === wanted ? true : undefined),
  );
}
