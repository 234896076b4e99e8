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
import type { Check, Client } from "./client.ts";
import { curlClient } from "./curl.ts";
import { digClient } from "./dig.ts";
import { haproxyClient } from "./haproxy.ts";
import { Masters } from "./masters.ts";
import { mesosCli } from "./mesos-cli.ts";
import { mesosDns } from "./mesos-dns.ts";
import { mesosFramework } from "./mesos-framework.ts";
import { mesosGoV0 } from "./mesos-go-v0.ts";
import { msh } from "./msh.ts";
import { openTableChecks } from "./opentable-checks.ts";
import { otDiscovery } from "./ot-discovery.ts";
import { otDiscoveryRegions } from "./ot-discovery-regions.ts";
import { pymesos } from "./pymesos.ts";
import { resolvers } from "./resolvers.ts";
import { singularityGo } from "./singularity-go.ts";
import { singularityJava } from "./singularity-java.ts";
import { singularityPython } from "./singularity-python.ts";
import { tavola } from "./tavola.ts";
import { zkCliClient } from "./zk-cli.ts";

const clients: readonly Client[] = [
  mesosFramework,
  pymesos,
  msh,
  mesosGoV0,
  mesosCli,
  zkCliClient,
  curlClient,
  singularityPython,
  singularityGo,
  singularityJava,
  otDiscovery,
  otDiscoveryRegions,
  openTableChecks,
  mesosDns,
  digClient,
  ...resolvers,
  haproxyClient,
  tavola,
];

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

/** What the checks run on, brought up when the first one needs it. */
class Stages {
  #cluster: Promise<Cluster> | undefined;
  #masters: Promise<Masters | string> | undefined;

  /** A string says why it cannot run here. */
  async run(check: Check, folder: string): Promise<string | undefined> {
    if ("run" in check) {
      this.#cluster ??= startCluster({
        schedulers: 1,
        discoveries: 1,
        arguments: ["--discovery.dns_port=0"],
      });
      await check.run(await this.#cluster, folder);
      return undefined;
    }
    this.#masters ??= Masters.start();
    const masters = await this.#masters;
    if (typeof masters === "string") return masters;
    await masters.untilWhole();
    await check.runWithMasters(masters, folder);
    return undefined;
  }

  async close(): Promise<void> {
    const masters = await this.#masters?.catch(() => undefined);
    const cluster = await this.#cluster?.catch(() => undefined);
    try {
      if (typeof masters === "object") await masters.close();
    } finally {
      await cluster?.stop();
    }
  }
}

async function prepare(client: Client, folder: string): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true });
  return client.prepare(folder);
}

async function* outcomesOf(client: Client, stages: Stages): AsyncGenerator<Outcome> {
  const folder = join(repositoryRoot, ".tavola/conformance", client.name);
  const ready = prepare(client, folder);
  for (const each of client.checks) {
    const check = `${client.name}: ${each.name}`;
    try {
      const reason = (await ready) ?? (await stages.run(each, folder));
      yield reason === undefined
        ? { check, result: "passed" }
        : { check, result: "skipped", reason };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      yield { check, result: "failed", reason };
    }
  }
}

const wanted = process.argv.slice(2);
const chosen = clients.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) {
  console.error(`no such client; there are: ${clients.map(({ name }) => name).join(", ")}`);
  process.exit(64);
}
const stages = new Stages();
const outcomes: Outcome[] = [];
try {
  for (const client of chosen) {
    for await (const outcome of outcomesOf(client, stages)) {
      outcomes.push(outcome);
      const { check, result, reason } = outcome;
      const why = reason === undefined ? "" : `\n${reason}`;
      console.log(`${result}  ${check} (${client.speaks})${why}`);
    }
  }
} finally {
  await stages.close();
}

const known = knownFailing();
const isKnown = ({ check }: Outcome): boolean => known.has(check);
const failed = outcomes.filter(({ result }) => result === "failed");
const passed = outcomes.filter(({ result }) => result === "passed");
const skipped = outcomes.filter(({ result }) => result === "skipped");
const surprises = failed.filter((outcome) => !isKnown(outcome)).length;
const knownFailed = failed.length - surprises;
const mended = passed.filter(isKnown);
for (const { check } of mended) console.log(`${check}: passed, though known to fail`);
if (knownFailed > 0) console.log(`${knownFailed} failed as known-failing.txt says`);
console.log(`${passed.length} passed, ${surprises} failed, ${skipped.length} skipped`);
if (surprises > 0 || mended.length > 0) process.exitCode = 1;
