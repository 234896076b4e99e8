import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClusterParts, clusterNames, findClusterName, type Place } from "./cluster-names.ts";

const masters: readonly Place[] = [
  { host: "10.0.0.1", port: 5050 },
  { host: "10.0.0.2", port: 5051 },
];

const cluster: ClusterParts = {
  leader: async () => masters[1] as Place,
  masters: async () => masters,
  agents: async () => [
    { host: "10.0.1.1", port: 5051 },
    { host: "10.0.1.2", port: 5051 },
  ],
  frameworks: async () => [
    { name: "Marathon.prod", host: "10.0.2.1", port: 8080 },
    { name: "marathon.prod", host: "10.0.2.2", port: undefined },
  ],
};

const hostsOf = async (name: string) => (await findClusterName(cluster, name))?.hosts;

test("findClusterName() knows hosts of the leader, the masters, each of them, and the agents", async () => {
  assert.deepEqual(await hostsOf("leader"), ["10.0.0.2"]);
  assert.deepEqual(await hostsOf("master"), ["10.0.0.1", "10.0.0.2"]);
  assert.deepEqual(await hostsOf("master1"), ["10.0.0.2"]);
  assert.equal(await hostsOf("master2"), undefined);
  assert.deepEqual(await hostsOf("slave"), ["10.0.1.1", "10.0.1.2"]);
});

test("findClusterName() knows their ports at the name that has their hosts", async () => {
  const leader = await findClusterName(cluster, "_leader._tcp");
  assert.deepEqual(leader?.service, { target: "leader", places: [masters[1]] });
  assert.equal((await findClusterName(cluster, "_master._udp"))?.service?.places.length, 2);
  assert.equal((await findClusterName(cluster, "_slave._tcp"))?.service?.target, "slave");
  assert.equal(await findClusterName(cluster, "_agent._tcp"), undefined);
});

test("findClusterName() knows frameworks by what can stand in a name, and ports of those that have one", async () => {
  assert.deepEqual(await hostsOf("marathon.prod"), ["10.0.2.1", "10.0.2.2"]);
  const found = await findClusterName(cluster, "_framework._tcp.marathon.prod");
  assert.deepEqual(
    found?.service?.places.map(({ port }) => port),
    [8080],
  );
  assert.equal(await findClusterName(cluster, "chronos"), undefined);
  assert.equal(await findClusterName(cluster, "_framework._tcp.chronos"), undefined);
});

test("findClusterName() finds nothing at what only stands above names, which is there all the same", async () => {
  for (const name of ["prod", "_tcp", "_tcp.marathon.prod"]) {
    assert.deepEqual(await findClusterName(cluster, name), { hosts: [] }, name);
  }
  assert.equal(await findClusterName(cluster, "rod"), undefined);
});

test("clusterNames() are all names that stand for something", async () => {
  const names = await clusterNames(cluster);
  for (const name of names) assert.ok((await findClusterName(cluster, name)) !== undefined, name);
  for (const name of ["leader", "master1", "_slave._tcp", "_framework._tcp.marathon.prod"]) {
    assert.ok(names.includes(name), name);
  }
});
