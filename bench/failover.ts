/**
 * What the death of the leading master costs: from SIGKILL until another leads, until every agent is
 * back with its tasks, and until a framework has heard of all of its 100,000 tasks.
 *
 * For 1,000, 10,000 and 50,000 agents, one after the other: two `tavola master` processes elect a
 * leader through a real ZooKeeper server with a session of 4 s (through SQLite where this machine has
 * no ZooKeeper: the workload line says which) and keep their registry there. Agents are load
 * generators in this one process that speak libprocess, each with an id of its own; up to 4,000
 * addresses are shared by them (`load/agent-fleet.ts` says why). All register with the first leader.
 * Then that one is killed. The agents learn of the new leader by one watch in the store, which stands
 * for a watch each, wait for a random part of a second, as agents do, and reregister with 10 running
 * tasks each. No task is run, and the first leader never hears of any: a master keeps none, so to the
 * second one it makes no difference. All of it shares this machine: two masters, ZooKeeper and the
 * load. `--agents=N,M` chooses the numbers, `--store=sqlite` the store.
 *
 * `new-leader`: seconds from the kill until the new leader answers calls; the slowest of the runs.
 * `all-agents.N`: seconds from the kill until the new leader has welcomed the last of N agents.
 * `framework-100000`: at 10,000 agents, seconds from the kill until the framework, which subscribes
 *   again as soon as it can and then asks for each of its tasks, was told of all of them.
 * `registrations.N`: new agents a second, all asking within the same second, each written to the
 *   registry before it is told.
 * `cpu-leader.N`: the new leader's processor time for each agent that came back, however often it asked.
 * `agent-recovery.500` and `registry-write.STORE`: of the benchmarks `agent-recovery` and
 *   `coordination-writes`, run after all this; left out with `--agents`.
 * `longest-stall.N`: for how long the new leader's event loop stood still at worst meanwhile.
 * `bytes-per-agent`, `bytes-per-task`: of the leader's memory after a full collection, at the largest N.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@tavola/harness";
import { findZooKeeper, startZooKeeper } from "@tavola/test-servers";
import { AgentFleet } from "./load/agent-fleet.ts";
import { type Leader, MasterGroup, untilAnswering } from "./load/master-group.ts";
import { ReconcilingFramework } from "./load/reconciling-framework.ts";
import { option } from "./measure/options.ts";
import { type BenchResult, report } from "./report.ts";

const tasksPerAgent = 10;
const addressesMax = 4000;
const reconciledAtAgents = 10_000;
const masters = 2;

const counts = (option("agents") ?? "1000,10000,50000").split(",").map(Number);
const folder = mkdtempSync(join(tmpdir(), "tavola-bench-failover-"));

interface Store {
  readonly name: string;
  /** Of a cluster of its own. */
  url(cluster: string): string;
  close(): Promise<void>;
}

interface Failover {
  readonly agents: number;
  readonly addresses: number;
  readonly registrationsPerSecond: number;
  readonly newLeaderS: number;
  readonly allAgentsS: number;
  readonly frameworkS: number | undefined;
  readonly cpuMsPerAgent: number;
  readonly stallMs: number;
  readonly bytesPerAgent: number;
  readonly bytesPerTask: number;
}

const store = await openStore();
try {
  const failovers: Failover[] = [];
  for (const agents of counts) failovers.push(await measure(agents, store));
  const others = option("agents") === undefined ? await resultsOfOthers() : [];
  const addresses = failovers.map((each) => each.addresses).join(", ");
  report(
    "failover",
    `${masters} masters on ${store.name}, the leader killed; ${counts.join(", ")} agents on ${addresses} addresses, ${tasksPerAgent} tasks each`,
    [...resultsOf(failovers), ...others],
  );
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

async function openStore(): Promise<Store> {
  const found = findZooKeeper();
  if (option("store") === "sqlite" || found.error !== undefined) {
    return {
      name: `SQLite${found.error === undefined ? "" : ` (no ZooKeeper: ${found.error})`}`,
      url: (cluster) => `sqlite://${join(folder, `${cluster}.db`)}`,
      close: async () => {},
    };
  }
  const ensemble = await startZooKeeper({ fsync: true });
  await ensemble.untilServing();
  return {
    name: "one ZooKeeper server",
    url: (cluster) => ensemble.url(`/${cluster}`),
    close: () => ensemble.close(),
  };
}

async function measure(agents: number, { url }: Store): Promise<Failover> {
  progress(`${agents} agents: masters`);
  const group = await MasterGroup.start({ count: masters, store: url(`of-${agents}`), folder });
  let fleet: AgentFleet | undefined;
  try {
    const first = await group.leader();
    await untilAnswering(first);
    const info = { user: "root", name: "bench failover", failover_timeout: 86_400, roles: ["*"] };
    const capabilities = [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }] as const;
    const framework = await ReconcilingFramework.subscribe(first.url, { ...info, capabilities });
    // It has nothing more to say; should the master end, `group.failed` says why.
    framework.leave();
    const known = { ...info, capabilities, id: { value: framework.id } };
    const empty = await group.read(first);
    fleet = await AgentFleet.open({ agents, addressesMax, tasksPerAgent, framework: known });

    progress(`${agents} agents: registering`);
    const registeringAt = performance.now();
    await Promise.race([fleet.follow(first), group.failed]);
    const registeringMs = performance.now() - registeringAt;
    const registered = await group.read(first);
    fleet.prepareToReregister();

    progress(`${agents} agents: the leader is killed`);
    const killedAt = performance.now();
    const since = (): number => (performance.now() - killedAt) / 1000;
    group.kill(first);
    fleet.lose();
    const second = await group.leader(first);
    const cpuBefore = group.cpuSeconds(second);
    const back = Promise.all([
      untilAnswering(second).then(since),
      fleet.follow(second).then(since),
      agents === reconciledAtAgents ? reconciled(second, known, agents).then(since) : undefined,
    ]);
    const [newLeaderS, allAgentsS, frameworkS] = await Promise.race([back, group.failed]);
    const cpuS = group.cpuSeconds(second) - cpuBefore;
    progress(`${agents} agents: back; asked ${fleet.asked} times, ${fleet.shutDown} told to go`);
    const after = await group.read(second);
    return {
      agents,
      addresses: fleet.addresses,
      registrationsPerSecond: agents / (registeringMs / 1000),
      newLeaderS,
      allAgentsS,
      frameworkS,
      cpuMsPerAgent: (cpuS * 1000) / agents,
      stallMs: after.stallMs,
      bytesPerAgent: (registered.heapBytes - empty.heapBytes) / agents,
      bytesPerTask: (after.heapBytes - registered.heapBytes) / (agents * tasksPerAgent),
    };
  } finally {
    fleet?.close();
    await group.close();
  }
}

async function reconciled(
  leader: Leader,
  info: Parameters<typeof ReconcilingFramework.subscribe>[1],
  agents: number,
): Promise<void> {
  const framework = await ReconcilingFramework.subscribe(leader.url, info);
  await framework.reconcile(taskIds(agents));
  framework.leave();
}

function* taskIds(agents: number): Generator<string> {
  for (let agent = 0; agent < agents; agent += 1) {
    for (let n = 0; n < tasksPerAgent; n += 1) yield `${agent}-${n}`;
  }
}

function resultsOf(failovers: readonly Failover[]): BenchResult[] {
  const last = failovers.at(-1);
  const results: BenchResult[] = [
    {
      name: "new-leader",
      value: Math.max(...failovers.map(({ newLeaderS }) => newLeaderS)),
      unit: "s",
    },
  ];
  for (const each of failovers) {
    results.push({ name: `all-agents.${each.agents}`, value: each.allAgentsS, unit: "s" });
  }
  for (const { frameworkS } of failovers) {
    if (frameworkS === undefined) continue;
    const name = `framework-${reconciledAtAgents * tasksPerAgent}`;
    results.push({ name, value: frameworkS, unit: "s" });
  }
  for (const { agents, registrationsPerSecond, cpuMsPerAgent, stallMs } of failovers) {
    const name = `registrations.${agents}`;
    results.push({ name, value: registrationsPerSecond, unit: "agents/s" });
    results.push({ name: `cpu-leader.${agents}`, value: cpuMsPerAgent, unit: "ms/agent" });
    results.push({ name: `longest-stall.${agents}`, value: stallMs, unit: "ms" });
  }
  results.push({ name: "bytes-per-agent", value: last?.bytesPerAgent ?? 0, unit: "bytes" });
  results.push({ name: "bytes-per-task", value: last?.bytesPerTask ?? 0, unit: "bytes" });
  return results;
}

/** What other benchmarks measure of a failover. */
async function resultsOfOthers(): Promise<BenchResult[]> {
  const writes = await resultsOfBench("coordination-writes");
  const recovery = await resultsOfBench("agent-recovery");
  const named = writes.map((each) => ({ ...each, name: `registry-write.${each.name}` }));
  return [...recovery, ...named];
}

async function resultsOfBench(name: string): Promise<readonly BenchResult[]> {
  progress(`${name} …`);
  const script = join(import.meta.dirname, "run.ts");
  const { code, stdout, stderr } = await runProcess(process.execPath, [script, name, "--json"], {
    timeoutMs: 600_000,
  });
  if (code !== 0) throw new Error(`the benchmark ${name} ended with ${code}: ${stderr}`);
  return (JSON.parse(stdout) as { readonly results: readonly BenchResult[] }).results;
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
