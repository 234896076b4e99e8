/**
 * `zkCli.sh` of ZooKeeper itself: what whoever looks for a Mesos master finds below `--zk`, held
 * against what a real Mesos left there.
 */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, repositoryRoot } from "@tavola/harness";
import type { Client } from "./client.ts";
import type { Masters } from "./masters.ts";
import { step } from "./toolchain.ts";

const program = "/usr/share/zookeeper/bin/zkCli.sh";
const recording = join(repositoryRoot, "kernel/coordination/testdata/mesos-1.12/zookeeper.txt");
/** What must be as recorded; the rest of a node's stat is numbers that differ from run to run. */
const constantStat = ["dataVersion", "aclVersion", "cversion", "numChildren"];
const nodeName = /^json\.info_\d{10}$/;

interface Node {
  readonly info: Readonly<Record<string, unknown>>;
  readonly stat: Readonly<Record<string, string>>;
}

async function zkCli(masters: Masters, ...words: readonly string[]): Promise<string> {
  const { stdout } = await step(program, ["-server", masters.zkServers, ...words], {
    environment: { CLIENT_JVMFLAGS: "-Xmx64m" },
    timeoutMs: 30_000,
  });
  return stdout;
}

async function namesBelow(masters: Masters, path: string): Promise<string[]> {
  const printed = await zkCli(masters, "ls", path);
  const list = /^\[(.*)\]$/m.exec(printed)?.[1] ?? "";
  return list.split(", ").sort();
}

function nodeIn(printed: string): Node {
  const info = printed.split("\n").find((line) => line.startsWith("{")) ?? "{}";
  const stat = [...printed.matchAll(/^(\w+) = (.*)$/gm)].map(([, name, value]) => [name, value]);
  return { info: JSON.parse(info), stat: Object.fromEntries(stat) };
}

/** `{"port":5050}` as `{"port":"number"}`: which fields there are, and of which types. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)] as const),
  );
}

async function asRecorded(masters: Masters): Promise<void> {
  const recorded = readFileSync(recording, "utf8");
  const theirs = nodeIn(recorded);
  const rights = /^'.*\n: \w+$/m.exec(recorded)?.[0] ?? "";
  assert.notEqual(rights, "");
  const candidates = (await namesBelow(masters, "/mesos")).filter((name) => nodeName.test(name));
  assert.equal(candidates.length, masters.cluster.masters.length, candidates.join(", "));
  const leader = new URL(await masters.leader()).host;
  for (const [place, name] of candidates.entries()) {
    const { info, stat } = nodeIn(await zkCli(masters, "get", "-s", `/mesos/${name}`));
    assert.deepEqual(shapeOf(info), shapeOf(theirs.info));
    for (const each of constantStat) assert.equal(stat[each], theirs.stat[each], each);
    assert.match(stat["ephemeralOwner"] ?? "", /^0x[1-9a-f]/);
    assert.equal(info["pid"] === `master@${leader}`, place === 0, "the first leads, no other");
    assert.ok((await zkCli(masters, "getAcl", `/mesos/${name}`)).includes(rights));
  }
}

async function whoFollows(masters: Masters): Promise<void> {
  const before = (await namesBelow(masters, "/mesos")).filter((name) => nodeName.test(name));
  await masters.killLeader();
  const after = await eventually(
    "its node to go",
    async () => {
      const names = (await namesBelow(masters, "/mesos")).filter((name) => nodeName.test(name));
      return names[0] === before[0] ? undefined : names;
    },
    { boundMs: 20_000 },
  );
  assert.equal(after[0], before[1], "the second in line follows");
  const { info } = nodeIn(await zkCli(masters, "get", `/mesos/${after[0]}`));
  assert.equal(info["pid"], `master@${new URL(await masters.leader()).host}`);
}

export const zkCliClient: Client = {
  name: "zkCli",
  speaks: "ZooKeeper",
  async prepare() {
    return existsSync(program) ? undefined : `${program} is missing (Debian package zookeeper)`;
  },
  checks: [
    {
      name: "sees masters' names, values, stats and rights as a Mesos left them",
      runWithMasters: asRecorded,
    },
    {
      name: "sees the leader's node go with it, and the second in line lead",
      runWithMasters: whoFollows,
    },
  ],
};
