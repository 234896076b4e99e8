/**
 * What happens rarely, and what ends for good: frameworks, and agents that an operator gives up.
 */

import type { Cluster } from "../cluster/cluster.ts";
import type { FrameworkHost } from "../cluster/framework-host.ts";
import { between, type Fault, type FaultContext, pick } from "./fault-kinds.ts";

export const rareFaultKinds: Readonly<Record<string, Fault<Cluster>>> = {
  frameworkTornDown,
  frameworkAway,
  agentMarkedGone,
  slowWay,
  repeatedMessages: ({ cluster, random, mending }) => {
    const { weather } = cluster.network;
    weather.repeatChance = random.next() * 0.5;
    cluster.world.note("messages that may come twice do");
    mending.after(between(random, 2000, 30_000), "messages come once", () => {
      weather.repeatChance = 0;
    });
  },
};

/** By its scheduler, or by the operator. */
function frameworkTornDown({ cluster, random }: FaultContext<Cluster>): void {
  const host = pick(random, cluster.frameworks);
  const isOperators = random.next() < 0.5;
  const { id } = host.records;
  if (id === undefined || host.supervisor.isRetired) return;
  cluster.world.note(`${host.name} is torn down${isOperators ? " by the operator" : ""}`);
  cluster.ledger.tornDown.add(id.value);
  if (isOperators) {
    cluster.ledger.forget(host.name);
    cluster.operator.tearDown(id.value);
  } else {
    host.end();
    cluster.operator.tearDown(id.value, between(random, 20_000, 60_000));
  }
}

/** For less than its failover timeout, for longer, or for good. */
function frameworkAway({ cluster, random }: FaultContext<Cluster>): void {
  const host = pick(random, cluster.frameworks);
  const { supervisor, failoverTimeoutMs, name } = host;
  const isForGood = random.next() < 0.2;
  const lastsMs = Math.min(60_000, failoverTimeoutMs) * between(random, 0.3, 2.5);
  if (isForGood && isShort(host)) {
    cluster.world.note(`${name} is gone for good`);
    cluster.ledger.forget(name);
    supervisor.retire();
  } else {
    if (supervisor.isHeld) return;
    supervisor.hold("killed");
    cluster.world.note(`${name} stays away for ${Math.round(lastsMs)} ms`);
    cluster.world.plan(Math.min(lastsMs, 60_000), () => supervisor.release());
  }
}

function isShort({ failoverTimeoutMs }: FrameworkHost): boolean {
  return failoverTimeoutMs <= 60_000;
}

/** While it runs, or after its machine was switched off. */
function agentMarkedGone({ cluster, random }: FaultContext<Cluster>): void {
  const host = pick(random, cluster.agents);
  const isOff = random.next() < 0.4;
  if (!host.canBeGivenUp()) return;
  if (isOff) host.switchOff();
  cluster.operator.markGone(host);
}

/** What goes one way takes its time. */
function slowWay({ cluster, random, mending }: FaultContext<Cluster>): void {
  const hosts = [...cluster.masters, ...cluster.agents, ...cluster.frameworks];
  const { host: from } = pick(random, hosts);
  const { host: to } = pick(random, hosts);
  const byMs = between(random, 50, 6000);
  const lift = cluster.network.slow(from, to, byMs);
  cluster.world.note(`the way from ${from} to ${to} takes ${Math.round(byMs)} ms`);
  mending.after(between(random, 1000, 40_000), `the way from ${from} to ${to} is fast`, lift);
}
