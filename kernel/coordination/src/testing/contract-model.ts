/** The contract's part that asks a backend the same as a plain tree in memory, at random. */

import assert from "node:assert/strict";
import { type Random, randomInt, seededRandom } from "@tavola/base";
import type { StorePath, StoreWrite } from "../coordination.ts";
import { StoreTree } from "../memory/store-tree.ts";
import { bytes, type DefineTest } from "./contract-kit.ts";

const seed = 20_261;
const transactions = 120;

export function testAgainstModel(define: DefineTest): void {
  define("random transactions end as a plain tree says", async ({ root, open }) => {
    const store = await open();
    const model = new StoreTree();
    const random = seededRandom(seed);
    const paths = pathsBelow(root);
    for (let number = 0; number < transactions; number += 1) {
      const writes = randomWrites(random, paths, model);
      const said = `transaction ${number} of seed ${seed}: ${describeWrites(writes)}`;
      assert.deepEqual(await store.transact(writes), model.transact(writes).outcome, said);
    }
    for (const path of paths) {
      assert.deepEqual(await store.get(path), model.get(path), path);
      assert.deepEqual(await store.children(path), model.children(path), path);
    }
  });
}

/** Few enough that they meet, deep enough that parents matter. */
function pathsBelow(root: StorePath): readonly StorePath[] {
  const names = ["a", "b"];
  const first = names.map((name) => `${root}/${name}`);
  const second = first.flatMap((path) => names.map((name) => `${path}/${name}`));
  const third = second.flatMap((path) => names.map((name) => `${path}/${name}`));
  return [root, ...first, ...second, ...third];
}

function randomWrites(
  random: Random,
  paths: readonly StorePath[],
  model: StoreTree,
): readonly StoreWrite[] {
  const chosen = new Set<StorePath>();
  const count = 1 + randomInt(random, 5);
  while (chosen.size < count) chosen.add(paths[randomInt(random, paths.length)] as StorePath);
  return [...chosen].map((path) => randomWrite(random, path, model.get(path)?.version));
}

/** Mostly one that can be done. */
function randomWrite(random: Random, path: StorePath, there: number | undefined): StoreWrite {
  const value = bytes(String(randomInt(random, 1000)));
  const version = random.next() < 0.9 ? (there ?? 0) : (there ?? 0) + 1;
  const guess = random.next() < 0.85 ? there !== undefined : there === undefined;
  const kind = randomInt(random, guess ? 6 : 3);
  if (!guess)
    return kind === 0
      ? { kind: "check", path, version: "absent" }
      : { kind: "create", path, value };
  if (kind === 0) return { kind: "set", path, value };
  if (kind === 1) return { kind: "set", path, value, version };
  if (kind === 2) return { kind: "check", path, version };
  if (kind === 3) return { kind: "delete", path };
  return { kind: "delete", path, version };
}

function describeWrites(writes: readonly StoreWrite[]): string {
  return writes
    .map((write) => `${write.kind} ${write.path} ${"version" in write ? write.version : ""}`)
    .join("; ");
}
