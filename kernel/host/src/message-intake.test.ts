import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { MessageIntake, type Source } from "./message-intake.ts";

interface Stage {
  readonly intake: MessageIntake<string>;
  readonly handled: string[];
  /** "pause a", "resume a", in order. */
  readonly told: string[];
  source(name: string): Source;
  /** Each batch takes so long. */
  costMs: number;
}

function stage(): Stage {
  const handled: string[] = [];
  const told: string[] = [];
  let now = 0;
  const made: Stage = {
    handled,
    told,
    costMs: 1,
    source: (name) => ({
      pause: () => told.push(`pause ${name}`),
      resume: () => told.push(`resume ${name}`),
    }),
    intake: new MessageIntake({
      handle(batch) {
        handled.push(batch);
        now += made.costMs;
      },
      nowMs: () => now,
    }),
  };
  return made;
}

const turnEnded = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("take() hands over at once while the turn has time", () => {
  const { intake, handled, told, source } = stage();
  for (const batch of ["one", "two", "three"]) intake.take(source("a"), batch);
  deepEqual([handled, told, intake.waiting], [["one", "two", "three"], [], 0]);
});

test("take() lets wait what the turn has no time for, and quiets its source until then", async () => {
  const scene = stage();
  const { intake, handled, told, source } = scene;
  scene.costMs = 15;
  for (const name of ["a", "b", "c", "d", "e"]) intake.take(source(name), name);
  deepEqual(
    [handled, told],
    [
      ["a", "b"],
      ["pause c", "pause d", "pause e"],
    ],
  );
  await turnEnded();
  deepEqual(handled, ["a", "b", "c", "d"]);
  await turnEnded();
  deepEqual(handled, ["a", "b", "c", "d", "e"]);
  deepEqual(told.slice(3), ["resume c", "resume d", "resume e"]);
});

test("take() lets nothing overtake what waits, also when there is time again", async () => {
  const scene = stage();
  const { intake, handled, source } = scene;
  scene.costMs = 100;
  intake.take(source("a"), "first");
  intake.take(source("a"), "second");
  intake.take(source("b"), "third");
  await turnEnded();
  intake.take(source("b"), "fourth");
  deepEqual(handled, ["first", "second"]);
  await turnEnded();
  await turnEnded();
  deepEqual(handled, ["first", "second", "third", "fourth"]);
});

test("the queue keeps its order over thousands of batches, and is empty in the end", async () => {
  const scene = stage();
  scene.costMs = 0.1;
  const all = Array.from({ length: 5000 }, (_, n) => String(n));
  for (const batch of all) scene.intake.take(scene.source("a"), batch);
  for (let turn = 0; turn < 30; turn += 1) await turnEnded();
  deepEqual(scene.handled, all);
  equal(scene.intake.waiting, 0);
});

test("close() forgets what waits", async () => {
  const scene = stage();
  scene.costMs = 100;
  scene.intake.take(scene.source("a"), "first");
  scene.intake.take(scene.source("a"), "second");
  scene.intake.close();
  await turnEnded();
  deepEqual(scene.handled, ["first"]);
});
