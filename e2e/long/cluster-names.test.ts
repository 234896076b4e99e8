/**
 * Names of the cluster itself, in DNS: whoever leads, the masters, the agents, the frameworks.
 */

import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { test } from "node:test";
import { eventually, startCluster } from "@tavola/harness";

const boundMs = 45_000;

interface DnsConfig {
  readonly Port: number;
  readonly Listener: string;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

test("leader.mesos is whoever leads, also after the leader was killed", async (t) => {
  const cluster = await startCluster({
    schedulers: 1,
    discoveries: 1,
    arguments: ["--masters=2", "--discovery.dns_port=0", "--discovery.dns_ttl=0"],
  });
  t.after(() => cluster.stop());
  const config = await fetch(`${cluster.discovery}/v1/config`);
  const { Port: port, Listener: ip } = (await config.json()) as DnsConfig;
  const resolver = new Resolver();
  resolver.setServers([`${ip}:${port}`]);
  const portsOf = async (name: string): Promise<readonly number[]> => {
    const found = await resolver.resolveSrv(name);
    return found.map((each) => each.port).sort((a, b) => a - b);
  };

  for (const name of ["leader", "master", "master0", "master1", "slave", "singularity"]) {
    assert.deepEqual(await resolver.resolve4(`${name}.mesos`), ["127.0.0.1"], name);
  }
  await assert.rejects(resolver.resolve4("master2.mesos"), { code: "ENOTFOUND" });
  assert.deepEqual(await portsOf("_leader._tcp.mesos"), [portOf(cluster.master)]);
  const masters = cluster.masters.map(portOf).sort((a, b) => a - b);
  assert.deepEqual(await portsOf("_master._tcp.mesos"), masters);
  const agents = cluster.agents.map(portOf).sort((a, b) => a - b);
  assert.deepEqual(await portsOf("_slave._tcp.mesos"), agents);

  const records = await fetch(`${cluster.discovery}/v1/axfr`);
  const { Records: all } = (await records.json()) as {
    readonly Records: { readonly As: object; readonly SRVs: Record<string, readonly string[]> };
  };
  assert.deepEqual(all.SRVs["_leader._tcp.mesos."], [`leader.mesos.:${portOf(cluster.master)}`]);
  assert.ok("singularity.mesos." in all.As && "ns1.mesos." in all.As);

  const killed = `master-${cluster.masters.indexOf(cluster.master) + 1}`;
  process.kill(cluster.pidOf(killed) as number, "SIGKILL");
  const other = masters.filter((each) => each !== portOf(cluster.master));
  await eventually(
    "the other master to be the leader's name",
    async () => (await portsOf("_leader._tcp.mesos")).join() === other.join() || undefined,
    { boundMs },
  );
});
