/**
 * OpenTable's later client, driven through its public interface: node regions.cjs PACKAGE SERVER.
 *
 * It announces to the servers of several regions and says which region it is in; whoever looks a service
 * up gets the instances of its own region, where there are any. Here one server stands for all regions.
 */

const assert = require("node:assert/strict");
const DiscoveryClient = require(process.argv[2]);
const { outlive, run, until } = require("./waiting.cjs");

const host = new URL(process.argv[3]).host;
const quiet = { log() {} };
const errors = [];

async function connect(announcementHosts, region) {
  const client = new DiscoveryClient(host, announcementHosts, region, "story", { logger: quiet });
  client.onError((error) => errors.push(String(error)));
  const [, servers] = await client.connect();
  assert.ok(servers.includes(`http://${host}`), "it learns the servers");
  return client;
}

async function main() {
  const east = await connect([host, host], "east");
  const west = await connect([host], "west");
  const announcement = {
    serviceType: "ot-regions",
    feature: "v2",
    serviceUri: "http://10.9.8.7:80",
  };
  const leases = await east.announce(announcement);
  assert.deepEqual(
    leases.map(({ environment }) => environment),
    ["east", "east"],
  );
  assert.notEqual(leases[0].announcementId, leases[1].announcementId);
  await until("both announcements", () => west.findAll("ot-regions").length === 2);
  assert.equal(west.find("ot-regions:v2"), announcement.serviceUri);
  const own = await west.announce({ ...announcement, serviceUri: "http://10.9.8.6:80" });
  await until("the third", () => east.findAll("ot-regions").length === 3);
  await outlive();
  assert.equal(east.findAll("ot-regions").length, 3, "renewals keep them");
  await east.unannounce(leases);
  await until("one that is left", () => west.findAll("ot-regions").length === 1);
  await west.unannounce(own);
  await until("none", () => east.findAll("ot-regions").length === 0);
  assert.deepEqual(errors, []);
}

run(main);
