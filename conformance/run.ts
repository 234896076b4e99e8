/**
 * Runs the clients that others wrote against a real cluster: `npm run conformance [-- NAME…]`.
 *
 * Checks that fail must be exactly those of `known-failing.txt`: one that starts to pass is taken off
 * the list, one that starts to fail is a defect. A client whose toolchain is not here is reported as
 * not run, and is not counted as passed.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, repositoryRoot, startCluster } from "@tavola/harness";
import type { Client } from "./client.ts";
import { mesosFramework } from "./mesos-framework.ts";
import { msh } from "./msh.ts";
import { pymesos } from "./pymesos.ts";

const clients: readonly Client[] = [mesosFramework, pymesos, msh];

interface Outcome {
  readonly check: string;
  readonly result: "passed" | "failed" | "skipped";
  readonly reason?: string;
}

function knownFailing(): Set<string> {
  const text = readFileSync(join(import.meta.dirname, "known-failing.txt"), "utf8");
  const lines = text.split("\n").map((line) => line.trim());
  return new Set(lines.filter((line) => line !== "" && !line.startsWith("#")));
}

async function runClient(client: Client, cluster: Cluster): Promise<Outcome[]> {
  const folder = join(repositoryRoot, ".tavola/conformance", client.name);
  mkdirSync(folder, { recursive: true });
  const outcomes: Outcome[] = [];
  let missing: string | undefined;
  try {
    missing = await client.prepare(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return client.checks.map(({ name }) => ({
      check: `${client.name}: ${name}`,
      result: "failed",
      reason,
    }));
  }
  for (const { name, run } of client.checks) {
    const check = `${client.name}: ${name}`;
    if (missing !== undefined) {
      outcomes.push({ check, result: "skipped", reason: missing });
      continue;
    }
    try {
      await run(cluster, folder);
      outcomes.push({ check, result: "passed" });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      outcomes.push({ check, result: "failed", reason });
    }
  }
  return outcomes;
}

const wanted = process.argv.slice(2);
const chosen = clients.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) {
  console.error(`no such client; there are: ${clients.map(({ name }) => name).join(", ")}`);
  process.exit(64);
}
const cluster = await startCluster();
const outcomes: Outcome[] = [];
try {
  for (const client of chosen) {
    const own = await runClient(client, cluster);
    outcomes.push(...own);
    for (const { check, result, reason } of own) {
      console.log(
        `${result}  ${check} (${client.speaks})${reason === undefined ? "" : `\n${reason}`}`,
      );
    }
  }
} finally {
  await cluster.stop();
}

const known = knownFailing();
const count = (result: Outcome["result"]): number =>
  outcomes.filter((outcome) => outcome.result === result).length;
const surprises = outcomes.filter(
  ({ check, result }) => result !== "skipped" && (result === "failed") !== known.has(check),
);
for (const { check, result } of surprises) {
  console.log(
    `${check}: ${result}, ${known.has(check) ? "though known to fail" : "and not known to"}`,
  );
}
console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
if (surprises.length > 0) process.exitCode = 1;
