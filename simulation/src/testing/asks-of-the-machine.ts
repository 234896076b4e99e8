/**
 * What a simulated run asks of the machine that it really runs on: its timers, files and network, its
 * clock, its dice, its load. Whatever of this reaches a daemon makes the same seed another history on
 * another day.
 *
 * Two things are passed over, because nothing that happens in a run depends on them: names that nobody
 * can guess, and how long an allocation took.
 */

import { createHook } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

/** What settles between two events of a world. */
const withoutEventLoop: ReadonlySet<string> = new Set(["PROMISE", "Microtask", "TickObject"]);

const readings: readonly (readonly [owner: object, name: string])[] = [
  ...Object.keys(os).map((name) => [os, name] as const),
  [Date, "now"],
  [Math, "random"],
];

/** Code of ours; a test is none, nor is this file. */
const ours =
  /\/(?:kernel|platform|sdk|simulation)\/(?:(?!\.test\.ts|asks-of-the-machine)[^\s:])*:\d+/;

const passedOver: ReadonlyMap<string, RegExp> = new Map([
  // The turn that a world gives to others.
  ["Immediate", /\/world\/world\.ts:/],
  // The names.
  ["RANDOMBYTESREQUEST", /\/host\/src\/entropy\.ts:/],
]);

/** Each kind of asking once, with the line of ours that asked. */
export async function asksOfTheMachine(run: () => Promise<unknown>): Promise<readonly string[]> {
  const found = new Set<string>();
  const asked = (what: string): void => {
    const by = ours.exec(stackNow())?.[0];
    if (by !== undefined && passedOver.get(what)?.test(by) !== true) found.add(`${what} ${by}`);
  };
  const hook = createHook({
    init(_, type) {
      if (!withoutEventLoop.has(type)) asked(type);
    },
  });
  const restores = readings.map(([owner, name]) => watch(owner, name, () => asked(name)));
  syncBuiltinESMExports();
  hook.enable();
  try {
    await run();
  } finally {
    hook.disable();
    for (const restore of restores) restore();
    syncBuiltinESMExports();
  }
  return [...found].sort();
}

/** Returns what ends it. */
function watch(owner: object, name: string, called: () => void): () => void {
  const before: unknown = Reflect.get(owner, name);
  if (typeof before !== "function") return () => {};
  Reflect.set(owner, name, (...given: unknown[]) => {
    called();
    return Reflect.apply(before, owner, given);
  });
  return () => void Reflect.set(owner, name, before);
}

/** Deep enough to show ours below Node's own. */
function stackNow(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const { stack } = new Error("asked here");
  Error.stackTraceLimit = limit;
  return stack ?? "";
}
