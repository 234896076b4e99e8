/**
 * The fair allocator against golden scripts: `testdata/*.txt`, each a series of steps of commands,
 * a line `----`, and what they print. See `testing/allocator-script.ts` for the language.
 */
import { deepEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import { createFairAllocator } from "./fair-allocator.ts";
import { AllocatorScript } from "./testing/allocator-script.ts";

const folder = join(import.meta.dirname, "testdata");

for (const file of readdirSync(folder)) {
  test(`fair allocator: ${file.slice(0, -".txt".length).replaceAll("-", " ")}`, () => {
    const text = readFileSync(join(folder, file), "utf8");
    deepEqual(runScript(text).split("\n"), text.split("\n"));
  });
}

/** The script with what each step printed in place of what it says. */
function runScript(text: string): string {
  const script = new AllocatorScript(
    createFairAllocator({ random: seededRandom(1), filterIntervalMs: 1000 }),
  );
  const steps = text.trimEnd().split("\n\n");
  return `${steps.map((step) => runStep(script, step)).join("\n\n")}\n`;
}

function runStep(script: AllocatorScript, step: string): string {
  const lines = step.split("\n");
  const end = lines.indexOf("----");
  const commands = lines.slice(0, end < 0 ? undefined : end);
  const printed = commands
    .filter((line) => !line.startsWith("#"))
    .flatMap((line) => script.run(line));
  return end < 0 ? commands.join("\n") : [...commands, "----", ...printed].join("\n");
}
