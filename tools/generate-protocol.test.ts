/** The generated files are what proto/ says, and the check would notice if they were not. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { generateProtocol, staleFiles } from "./generate-protocol.ts";

const generated = generateProtocol();

test("the checked-in files are those that proto/ gives, and no others", () => {
  assert.deepEqual(staleFiles(generated), []);
  const folder = join(import.meta.dirname, "../kernel/protocol/src/generated");
  const names = [...generated.keys()].map((path) => basename(path)).sort();
  assert.deepEqual(readdirSync(folder).sort(), names);
});

test("staleFiles() names a file that differs and one that is missing", () => {
  const [[path, text] = ["", ""]] = generated;
  const missing = join(path, "../nowhere.ts");
  const wanted = new Map([
    [path, `${text}\n`],
    [missing, ""],
  ]);
  assert.deepEqual(staleFiles(wanted), [path, missing]);
});

test("what a .proto file says of a field, and its default, is passed on", () => {
  const text = [...generated.values()].join("");
  assert.match(text, /\/\*\* Given by the master: `<master id>-O<n>`\. \*\/\n {2}id: OfferID;/);
  assert.match(text, /Absent means 5\.\s+\*\/\s+refuse_seconds\?: number;/);
  assert.match(text, /\/\*\* It runs\. \*\/\n {2}\| "TASK_RUNNING"\n/);
});
