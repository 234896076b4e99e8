/**
 * Golden scripts: each command line in `testdata/*.golden`, what it writes, and its exit status.
 *
 *     $ tavola ps
 *     ----
 *     what it writes to standard output; lines for standard error begin with "! "
 *     ==== exit 0
 *
 * Run with GOLDEN=write to write the files anew, then read the diff.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCommandLine } from "./command-line.ts";
import { capturedTerminal } from "./testing/captured-terminal.ts";
import {
  openScriptedCluster,
  recordedAgent,
  type ScriptedCluster,
} from "./testing/scripted-cluster.ts";

const testdata = join(import.meta.dirname, "../testdata");
const framework = "0fd789fa-c1dd-4bad-a534-d6e4bbf01191-0002";
const files = {
  [`/frameworks/${framework}/executors/sleeper-1/runs/latest/stdout`]: "one\ntwo\n",
  [`/frameworks/${framework}/executors/sleeper-1/runs/latest/stderr`]: "oh\n",
};

/** Words as a shell would split them: spaces separate, single quotes hold together. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s']|'[^']*')+/g) ?? [];
  return words.map((word) => word.replaceAll("'", ""));
}

async function play(line: string, cluster: ScriptedCluster): Promise<string> {
  const terminal = capturedTerminal({ TAVOLA_MASTER: cluster.master });
  const words = wordsOf(line.replace(/^\$ tavola ?/, ""));
  const status = await runCommandLine(
    words.map((word) => word.replace(/^(|--\w+=)testdata\//, `$1${testdata}/`)),
    terminal,
  );
  const errors = terminal.errors.replace(/^(?=.)/gm, "! ");
  return (terminal.output + errors)
    .replaceAll(`${testdata}/`, "testdata/")
    .replaceAll(cluster.agent, recordedAgent)
    .replaceAll(cluster.master, "127.0.0.1:15050")
    .concat(`==== exit ${status}\n`);
}

for (const name of readdirSync(testdata).filter((file) => file.endsWith(".golden"))) {
  test(`the commands of ${name} write what they wrote before`, async () => {
    const path = join(testdata, name);
    const expected = readFileSync(path, "utf8");
    const lines = expected.split("\n").filter((line) => line.startsWith("$ tavola"));
    assert.ok(lines.length > 0, `${name} has no command`);
    const cluster = await openScriptedCluster(files);
    let actual = "";
    try {
      for (const line of lines) actual += `${line}\n----\n${await play(line, cluster)}\n`;
    } finally {
      await cluster.close();
    }
    if (process.env["GOLDEN"] === "write") writeFileSync(path, actual);
    else assert.equal(actual, expected);
  });
}
