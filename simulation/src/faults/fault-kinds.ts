/**
 * What may go wrong in a simulated cluster: one function a kind, which does it and plans its end.
 *
 * Whatever a fault blocks, stops or slows is lifted by itself; the end of all faults lifts the rest
 * (`mend`). Who is hit, how hard and for how long is the dice's.
 */

import { type Random, randomInt } from "@tavola/base";
import type { AgentHost } from "../cluster/agent-host.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { FrameworkHost } from "../cluster/framework-host.ts";
import type { Supervisor } from "../cluster/supervisor.ts";
import type { Mending } from "./mending.ts";

/** What these faults need of a cluster; whose frameworks they are does not matter. */
export type Breakable = Pick<Cluster, "world" | "network" | "store" | "masters" | "agents"> & {
  readonly frameworks: readonly Pick<FrameworkHost, "host" | "hostClock" | "supervisor">[];
};

export interface FaultContext<C extends Breakable = Breakable> {
  readonly cluster: C;
  readonly random: Random;
  readonly mending: Mending;
}

export type Fault<C extends Breakable = Breakable> = (context: FaultContext<C>) => void;

/** After so many doings of its own a process dies in the middle of the next. */
const touchesMax = 40;

export const faultKinds: Readonly<Record<string, Fault>> = {
  connectionBreaks: ({ cluster, random }) => {
    cluster.network.breakOne(random);
  },
  partition,
  oneWayPartition,
  isolatedHost,
  badWeather,
  masterKilled: ({ cluster, random }) => kill(pick(random, cluster.masters).supervisor, random),
  leaderKilled: (context) => {
    const leader = leaderOf(context.cluster);
    if (leader !== undefined) kill(leader.supervisor, context.random);
  },
  agentKilled: ({ cluster, random }) => kill(pick(random, cluster.agents).supervisor, random),
  frameworkKilled: ({ cluster, random }) => {
    kill(pick(random, cluster.frameworks).supervisor, random);
  },
  processStopped,
  executorsKilled: ({ cluster, random }) => pick(random, cluster.agents).machine.killExecutors(),
  powerLost: ({ cluster, random }) => powerLost(pick(random, cluster.agents)),
  clockSteps,
  sessionExpires,
  storeAway: ({ cluster, random, mending }) => {
    cluster.world.note("the store is away");
    cluster.store.setAvailable(false);
    mending.after(between(random, 200, 15_000), "the store is back", () =>
      cluster.store.setAvailable(true),
    );
  },
  storeCutOff,
  outcomeUnknown: ({ cluster, random }) => {
    const { client, host } = pick(random, cluster.masters);
    if (client === undefined) return;
    const outcome = random.next() < 0.5 ? "applied" : "not applied";
    cluster.world.note(`the next write of master ${host} will be ${outcome}, unknown to it`);
    cluster.store.breakNextTransaction(client, outcome);
  },
  slowDisk,
  failingDisk,
};

/** Who the store says leads. */
function leaderOf({ store, masters }: Breakable) {
  const names = store
    .entries()
    .filter(([path]) => path.includes("/json.info_"))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const eldest = names[0]?.[1].value;
  if (eldest === undefined) return undefined;
  const { hostname } = JSON.parse(Buffer.from(eldest).toString()) as { hostname: string };
  return masters.find(({ host }) => host === hostname);
}

/** At once, or at some touch soon. */
export function kill({ process }: Supervisor, random: Random): void {
  if (random.next() < 0.5) process?.end("killed");
  else process?.crashAtTouch(1 + randomInt(random, touchesMax));
}

function hostsOf({ masters, agents, frameworks }: Breakable): string[] {
  return [...masters, ...agents, ...frameworks].map(({ host }) => host);
}

function partition({ cluster, random, mending }: FaultContext): void {
  const [a, b] = pickTwo(random, hostsOf(cluster));
  const lastsMs = between(random, 500, 40_000);
  mending.block(a, b, lastsMs);
  mending.block(b, a, lastsMs);
}

function oneWayPartition({ cluster, random, mending }: FaultContext): void {
  const [from, to] = pickTwo(random, hostsOf(cluster));
  mending.block(from, to, between(random, 500, 40_000));
}

/** From everybody, in one direction or both, the store included if it is a master. */
function isolatedHost({ cluster, random, mending }: FaultContext): void {
  const host = pick(random, hostsOf(cluster));
  const lastsMs = between(random, 500, 30_000);
  const direction = randomInt(random, 3);
  for (const other of hostsOf(cluster)) {
    if (other === host) continue;
    if (direction !== 1) mending.block(host, other, lastsMs);
    if (direction !== 2) mending.block(other, host, lastsMs);
  }
  const client = cluster.masters.find((master) => master.host === host)?.client;
  if (client === undefined) return;
  const reachable = { requests: direction === 1, answers: direction === 2 };
  cluster.store.setReachable(client, reachable);
  mending.after(lastsMs, `master ${host} may reach the store again`, () =>
    cluster.store.setReachable(client, true),
  );
}

function badWeather({ cluster, random, mending }: FaultContext): void {
  const { weather } = cluster.network;
  weather.delayMsMax = between(random, 2, 400);
  weather.slowChance = random.next() * 0.2;
  weather.slowMsMax = between(random, 100, 5000);
  weather.doubleChance = random.next() < 0.5 ? random.next() * 0.2 : 0;
  cluster.world.note("the weather is bad");
  mending.after(between(random, 2000, 30_000), "the weather is good", () => {
    Object.assign(weather, { delayMsMax: 2, slowChance: 0, slowMsMax: 0, doubleChance: 0 });
  });
}

/** SIGSTOP, and SIGCONT later: often longer than a session. */
function processStopped({ cluster, random, mending }: FaultContext): void {
  const { masters, agents, frameworks } = cluster;
  const { supervisor } = pick(random, [...masters, ...masters, ...agents, ...frameworks]);
  const { process } = supervisor;
  if (process === undefined || process.isStopped) return;
  cluster.world.note(`${process.name} is stopped`);
  process.stop();
  const lastsMs = between(random, 100, 15_000);
  mending.after(lastsMs, `${process.name} continues`, () => process.continue());
}

function powerLost({ machine, supervisor }: AgentHost): void {
  supervisor.process?.end("lost its power");
  machine.losePower();
}

function clockSteps({ cluster, random }: FaultContext): void {
  const { masters, agents, frameworks } = cluster;
  const { host, hostClock } = pick(random, [...masters, ...agents, ...frameworks]);
  const byMs = (random.next() - 0.5) * 2 * (random.next() < 0.3 ? 3_600_000 : 30_000);
  cluster.world.note(`the clock of ${host} steps by ${Math.round(byMs)} ms`);
  hostClock.offsetMs += byMs;
}

/** One master and the store, in one direction or both. */
function storeCutOff({ cluster, random, mending }: FaultContext): void {
  const { client, host } = pick(random, cluster.masters);
  if (client === undefined) return;
  const direction = randomInt(random, 3);
  cluster.world.note(`master ${host} and the store are cut off (${direction})`);
  cluster.store.setReachable(client, { requests: direction === 1, answers: direction === 2 });
  mending.after(between(random, 200, 12_000), `master ${host} may reach the store`, () =>
    cluster.store.setReachable(client, true),
  );
}

/** Cut off for longer than its session lives; no store ends one before its time. */
function sessionExpires({ cluster, random, mending }: FaultContext): void {
  const { client, host } = pick(random, cluster.masters);
  if (client === undefined) return;
  cluster.world.note(`the session of master ${host} will end`);
  cluster.store.setReachable(client, false);
  const lastsMs = client.session.timeoutMs + between(random, 300, 6000);
  mending.after(lastsMs, `master ${host} may reach the store`, () =>
    cluster.store.setReachable(client, true),
  );
}

function slowDisk({ cluster, random, mending }: FaultContext): void {
  const { machine, host } = pick(random, cluster.agents);
  machine.disk.faults.syncMsMax = between(random, 50, 5000);
  cluster.world.note(`the disk of ${host} is slow`);
  mending.after(between(random, 1000, 30_000), `the disk of ${host} is fast`, () => {
    machine.disk.faults.syncMsMax = 0;
  });
}

function failingDisk({ cluster, random, mending }: FaultContext): void {
  const { machine, host } = pick(random, cluster.agents);
  const { faults } = machine.disk;
  const isFull = random.next() < 0.5;
  machine.hasLostWrites = true;
  faults.isFull = isFull;
  if (!isFull) {
    faults.writeFailure = random.next() * 0.3;
    faults.syncFailure = random.next() * 0.3;
  }
  cluster.world.note(`the disk of ${host} is ${isFull ? "full" : "failing"}`);
  mending.after(between(random, 500, 10_000), `the disk of ${host} is well`, () => {
    Object.assign(faults, { isFull: false, writeFailure: 0, syncFailure: 0 });
  });
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[randomInt(random, items.length)] as T;
}

function pickTwo<T>(random: Random, items: readonly T[]): [T, T] {
  const first = randomInt(random, items.length);
  const second = (first + 1 + randomInt(random, items.length - 1)) % items.length;
  return [items[first] as T, items[second] as T];
}

export function between(random: Random, min: number, max: number): number {
  // Short ones more often than long ones.
  return min + (max - min) * random.next() ** 2;
}
