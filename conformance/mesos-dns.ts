/**
 * mesos-dns itself, unmodified, which reads a master's state and finds the leader in ZooKeeper. It is in
 * no registry: `MESOS_DNS` names its program where it was built.
 *
 * What it makes of a cluster is also what our discovery is held against, which gives the same names.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Cluster, eventually } from "@tavola/harness";
import type { Client } from "./client.ts";
import { exampleService } from "./example-service.ts";
import type { Masters } from "./masters.ts";

const program = process.env["MESOS_DNS"];
const boundMs = 45_000;
const requestId = "mesos_dns_web";
/** What names make of it. */
const label = "mesos-dns-web";

interface Transfer {
  readonly Records: Readonly<Record<"As" | "SRVs", Readonly<Record<string, readonly string[]>>>>;
}

/** One that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs it while `use` runs, which is given where it answers. */
async function withMesosDns(
  folder: string,
  source: { readonly masters: readonly string[] } | { readonly zk: string },
  use: (url: string) => Promise<void>,
): Promise<void> {
  const [port, httpport] = [await freePort(), await freePort()];
  const file = join(folder, "config.json");
  const listener = "127.0.0.1";
  const how = { refreshSeconds: 1, port, httpport, listener, HTTPListener: listener };
  writeFileSync(file, JSON.stringify({ ...source, ...how, domain: "mesos", externalon: false }));
  const child = spawn(program ?? "", [`-config=${file}`], { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-5_000);
  });
  try {
    await use(`http://${listener}:${httpport}`);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${output}`, {
      cause: error,
    });
  } finally {
    await ended(child);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  if (child.exitCode !== null) return;
  child.kill("SIGKILL");
  await exited;
}

async function json<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  assert.ok(answer.ok, `${url}: ${answer.status}`);
  return (await answer.json()) as T;
}

async function deploy(scheduler: string): Promise<void> {
  const post = (path: string, body: object) =>
    json(`${scheduler}/api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  const request = { id: requestId, requestType: "SERVICE", instances: 2, slavePlacement: "GREEDY" };
  await post("requests", request);
  const resources = { cpus: 0.1, memoryMb: 64, numPorts: 1 };
  const healthcheck = { uri: "/health", startupIntervalSeconds: 1 };
  const command = { command: exampleService, resources, healthcheck };
  await post("deploys", { deploy: { requestId, id: "v1", ...command } });
}

/** The cluster's own names (`leader.mesos.`), and the service's: other tasks need not be announced. */
function isCompared(name: string): boolean {
  const labels = name.split(".").filter((each) => each !== "" && !each.startsWith("_"));
  return labels.length <= 2 || name.includes(label);
}

/** Every address that it knows we know under the same name, and the ports that are announced as TCP. */
function sameNames(theirs: Transfer, ours: Transfer): void {
  const portsOf = (records: readonly string[] = []) =>
    records.map((record) => record.slice(record.lastIndexOf(":"))).sort();
  const { As, SRVs } = theirs.Records;
  for (const [name, hosts] of Object.entries(As)) {
    if (!isCompared(name)) continue;
    assert.deepEqual([...(ours.Records.As[name] ?? [])].sort(), [...hosts].sort(), name);
  }
  for (const [name, services] of Object.entries(SRVs)) {
    if (!isCompared(name) || name.includes("._udp")) continue;
    assert.deepEqual(portsOf(ours.Records.SRVs[name]), portsOf(services), name);
  }
}

async function knowsTheSame(cluster: Cluster, folder: string): Promise<void> {
  const { scheduler = "", discovery = "" } = cluster;
  await deploy(scheduler);
  try {
    await withMesosDns(folder, { masters: [new URL(cluster.master).host] }, async (url) => {
      await eventually(
        "both instances in both",
        async () => {
          const theirs = await json<Transfer>(`${url}/v1/axfr`);
          const ours = await json<Transfer>(`${discovery}/v1/axfr`);
          const known = [theirs, ours].map(
            ({ Records: { SRVs } }) => SRVs[`_${label}._tcp.singularity.mesos.`]?.length,
          );
          if (known.join() !== "2,2") return undefined;
          sameNames(theirs, ours);
          return true;
        },
        { boundMs },
      );
    });
  } finally {
    await fetch(`${scheduler}/api/requests/request/${requestId}`, { method: "DELETE" });
  }
}

async function followsLeader(masters: Masters, folder: string): Promise<void> {
  await withMesosDns(folder, { zk: masters.zk }, async (url) => {
    const untilLeader = async (leader: string): Promise<true> => {
      const { port } = new URL(leader);
      return await eventually(
        `the leader's port ${port}`,
        async () => {
          const name = "_leader._tcp.mesos.";
          const found = await json<{ port: string }[]>(`${url}/v1/services/${name}`);
          return found[0]?.port === port || undefined;
        },
        { boundMs },
      );
    };
    await untilLeader(await masters.leader());
    await masters.killLeader();
    await untilLeader(await masters.leader());
  });
}

export const mesosDns: Client = {
  name: "mesos-dns",
  speaks: "a master's state, ZooKeeper",
  async prepare() {
    if (program !== undefined) return undefined;
    return "mesos-dns is in no registry; MESOS_DNS=/path/to/mesos-dns names its program";
  },
  checks: [
    { name: "knows the cluster and its tasks by the names that discovery has", run: knowsTheSame },
    { name: "follows the leader in ZooKeeper", runWithMasters: followsLeader },
  ],
};
