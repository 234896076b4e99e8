/**
 * `npm run demo`: what this software does, shown on a real cluster, in a minute and in plain words.
 *
 * Every step checks what it shows. The first one that fails ends the demo with exit status 1 and the
 * reason; the cluster is taken down in any case, and that nothing of it is left is checked as well.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Cluster,
  eventually,
  type ProcessResult,
  repositoryRoot,
  runProcess,
  startCluster,
  tavolaCommand,
} from "@tavola/harness";
import { detectCgroupMounts, readProcesses } from "@tavola/host";

class DemoFailed extends Error {}

function say(text: string): void {
  console.log(text);
}

function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new DemoFailed(otherwise);
}

async function tavola(cluster: Cluster, ...args: readonly string[]): Promise<ProcessResult> {
  const [program = "", ...first] = tavolaCommand;
  const environment = { TAVOLA_MASTER: hostsOf(cluster) };
  return runProcess(program, [...first, ...args], { environment, timeoutMs: 60_000 });
}

/** All masters, as `--master` takes them: whoever leads is found. */
function hostsOf({ masters }: Cluster): string {
  return masters.map((url) => new URL(url).host).join(",");
}

function expectStatus(what: string, result: ProcessResult, code: number): void {
  check(
    result.code === code,
    `${what} ended with ${result.signal ?? result.code}, wanted ${code}:\n${result.stdout}${result.stderr}`,
  );
}

async function runOnBothAgents(cluster: Cluster): Promise<void> {
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

async function runForeignFramework(cluster: Cluster): Promise<void> {
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

async function stopMemoryHog(cluster: Cluster): Promise<void> {
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

async function killWhileCounting(cluster: Cluster): Promise<void> {
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

function checkNothingIsLeft(cluster: Cluster): void {
  check(!existsSync(cluster.workDir), `${cluster.workDir} is still there`);
  const { v1, v2 } = detectCgroupMounts();
  const root = `tavola-up-${cluster.pid}`;
  for (const mount of [...v1.values(), ...(v2 === undefined ? [] : [v2])]) {
    check(!readdirSync(mount).includes(root), `the cgroup ${join(mount, root)} is still there`);
  }
  const alive = readProcesses().filter(({ pid }) => speaksOf(pid, cluster.workDir));
  check(alive.length === 0, `still running: ${alive.map(({ pid }) => pid).join(", ")}`);
}

function speaksOf(pid: number, workDir: string): boolean {
  return ["cmdline", "environ"].some((name) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, "latin1").includes(workDir);
    } catch {
      return false; // It has just ended, or belongs to somebody else.
    }
  });
}

async function show(): Promise<void> {
  say("1. A cluster from one command: `tavola up --masters=3`");
  const cluster = await startCluster({ arguments: ["--masters=3"] });
  try {
    say(
      `   three masters, of which ${cluster.master} leads; agents at ${cluster.agents.join(" and ")}`,
    );
    await runOnBothAgents(cluster);
    await runForeignFramework(cluster);
    await stopMemoryHog(cluster);
    await killWhileCounting(cluster);
  } finally {
    say("\n6. Taking it down");
    await cluster.stop();
  }
  checkNothingIsLeft(cluster);
  say("   no process, cgroup or file is left\n\nAll of it worked.");
}

const startedAt = performance.now();
try {
  await show();
  say(`(${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  if (!(error instanceof DemoFailed) && error instanceof Error && error.cause !== undefined) {
    console.error(error.cause);
  }
  process.exitCode = 1;
}
