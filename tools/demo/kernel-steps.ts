/**
 * The demo's steps about the kernel: commands, somebody else's framework, limits, kills.
 */

import { join } from "node:path";
import { type Cluster, eventually, repositoryRoot, runProcess } from "@tavola/harness";
import { detectCgroupMounts } from "@tavola/host";
import { check, expectStatus, say, tavola } from "./telling.ts";

export async function runOnBothAgents(cluster: Cluster): Promise<void> {
  say("\n2. A command on both agents: `tavola run --instances=2`");
  const result = await tavola(
    cluster,
    "run",
    "--name=hello",
    "--instances=2",
    "--",
    "echo hello, I run in $(basename $PWD)",
  );
  expectStatus("tavola run", result, 0);
  for (const line of result.stdout.trimEnd().split("\n")) say(`   ${line}`);
  const listed = await tavola(cluster, "ps", "--all", "--json");
  expectStatus("tavola ps", listed, 0);
  const tasks = (
    JSON.parse(listed.stdout) as { name: string; agent?: string; agent_id: string }[]
  ).filter(({ name }) => name === "hello");
  const agents = new Set(tasks.map(({ agent_id }) => agent_id));
  check(agents.size === 2, `the two instances ran on ${agents.size} agent(s), wanted 2`);
  say(`   one on each agent: ${tasks.map(({ agent, agent_id }) => agent ?? agent_id).join(", ")}`);
}

export async function runForeignFramework(cluster: Cluster): Promise<void> {
  say("\n3. The npm package `mesos-framework`, written for Mesos in 2017, unmodified");
  const script = join(repositoryRoot, "conformance/mesos-framework/scheduler.mjs");
  const { hostname, port } = new URL(cluster.master);
  const result = await runProcess(process.execPath, [script, hostname, port], {
    cwd: cluster.workDir,
    timeoutMs: 60_000,
  });
  expectStatus("mesos-framework", result, 0);
  say("   its tasks ran to TASK_FINISHED");
}

/** A hog must not be let loose where nothing holds it. */
function canLimitMemory(): boolean {
  const { v1, v2 } = detectCgroupMounts();
  return process.getuid?.() === 0 && (v1.has("memory") || v2 !== undefined);
}

export async function stopMemoryHog(cluster: Cluster): Promise<void> {
  say("\n4. A task that asks for 64 MB of memory and takes 512 MB");
  if (!canLimitMemory()) {
    say("   left out: it needs root and cgroups, which are not here");
    return;
  }
  const hog = "head -c 512m /dev/zero | tail -c 512m | wc -c";
  const result = await tavola(cluster, "run", "--name=hog", "--mem=64", "--", hog);
  expectStatus("the memory hog", result, 137);
  const why = result.stderr.split("\n").find((line) => /memory limit/i.test(line));
  check(why !== undefined, `it did not say why it ended:\n${result.stderr}`);
  say(`   ${why}`);
}

const countedTo = 40;
const countAloud = `for i in $(seq ${countedTo}); do echo $i; sleep 0.25; done`;

/** Kills a daemon of the cluster, and waits for the one that is started in its place. */
async function killDaemon(cluster: Cluster, name: string): Promise<void> {
  const pid = cluster.pidOf(name);
  check(pid !== undefined, `there is no process ${name}`);
  process.kill(pid as number, "SIGKILL");
  await eventually(`another ${name}`, () => {
    const next = cluster.pidOf(name);
    return next === undefined || next === pid ? undefined : next;
  });
}

async function stateOf(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/state`, { redirect: "error" });
  if (!answer.ok) throw new Error(`${url}/state answers ${answer.status}`);
  return answer.json();
}

/** The name of whoever leads; the others redirect. */
async function leaderOf(cluster: Cluster): Promise<string> {
  for (const [index, url] of cluster.masters.entries()) {
    const state = await stateOf(url).catch(() => undefined);
    if (state !== undefined) return `master-${index + 1}`;
  }
  throw new Error("no master leads");
}

async function agentOf(cluster: Cluster, task: string): Promise<string> {
  for (const [index, url] of cluster.agents.entries()) {
    const state = JSON.stringify(await stateOf(url));
    if (state.includes(`"name":"${task}"`)) return `agent-${index + 1}`;
  }
  throw new Error(`no agent runs ${task}`);
}

export async function killWhileCounting(cluster: Cluster): Promise<void> {
  say("\n5. A task counts aloud; meanwhile the leading master is killed, then the task's agent");
  const counting = tavola(cluster, "run", "--name=count", "--", countAloud);
  const agent = await eventually("the task to run", () => agentOf(cluster, "count"));
  const leader = await leaderOf(cluster);
  await killDaemon(cluster, leader);
  const next = await eventually("another leader", () => leaderOf(cluster));
  check(next !== leader, `${leader} leads again, at once`);
  say(`   kill -9 of ${leader}: ${next} leads`);
  await killDaemon(cluster, agent);
  await eventually("the agent to find its task", async () =>
    (await agentOf(cluster, "count")) === agent ? true : undefined,
  );
  say(`   kill -9 of ${agent}: it was started again and found its task`);
  const result = await counting;
  expectStatus("the counting task", result, 0);
  const counted = result.stdout.trim().split("\n");
  const wanted = Array.from({ length: countedTo }, (_, i) => String(i + 1));
  check(
    counted.join() === wanted.join(),
    `it counted ${counted.join(" ")}, wanted 1 to ${countedTo}:\n${result.stderr}`,
  );
  say(`   the task counted from 1 to ${countedTo} without a gap, and ended with status 0`);
}
