/**
 * OpenTable's discovery client, driven through its public interface: node story.cjs PACKAGE SERVER….
 *
 * Two of its clients against the servers: one announces, the other watches; several kinds of lookup,
 * renewal by its own timer past a lease, withdrawal, and going on when a server is dropped.
 */

const assert = require("node:assert/strict");
const DiscoveryClient = require(process.argv[2]);
const { outlive, run, until } = require("./waiting.cjs");

const servers = process.argv.slice(3);

const quiet = { log() {}, error() {} };

function connect(server) {
  const client = new DiscoveryClient(new URL(server).host, { logger: quiet });
  const updates = [];
  client.onUpdate((update) => updates.push(update));
  client.onError((error) => updates.push({ error }));
  return new Promise((resolve, reject) => {
    client.connect((error, host, found) => {
      if (error) reject(error);
      else resolve({ client, updates, host, found });
    });
  });
}

function announce(client, announcement) {
  return new Promise((resolve, reject) => {
    client.announce(announcement, (error, lease) => (error ? reject(error) : resolve(lease)));
  });
}

async function main() {
  const watching = await connect(servers.at(-1));
  const announcing = await connect(servers[0]);
  assert.deepEqual([...announcing.found].sort(), [...servers].sort(), "it learns all servers");

  const lease = await announce(announcing.client, {
    serviceType: "ot-web",
    serviceUri: "http://10.9.8.7:31000",
    feature: "v2",
    metadata: { weight: 3 },
    custom: "kept",
  });
  assert.match(lease.announcementId, /^[0-9a-f-]{36}$/);
  await until("the other client finds it", () => watching.client.find("ot-web") !== undefined);
  assert.equal(watching.client.find("ot-web"), "http://10.9.8.7:31000");
  assert.equal(watching.client.find("ot-web:v2"), "http://10.9.8.7:31000");
  assert.equal(watching.client.find("ot-web:v1"), undefined);
  assert.deepEqual(
    watching.client.findAll((each) => each.custom === "kept" && each.metadata.weight === 3),
    ["http://10.9.8.7:31000"],
  );

  await outlive();
  assert.equal(watching.client.find("ot-web"), "http://10.9.8.7:31000", "its renewals keep it");
  const told = watching.updates.filter(({ deletes = [] }) =>
    deletes.includes(lease.announcementId),
  );
  assert.deepEqual(told, [], "it never went");

  await new Promise((resolve) => announcing.client.unannounce(lease, resolve));
  await until("the other client has lost it", () => watching.client.find("ot-web") === undefined);

  // A server that does not answer is dropped; without any it reconnects with since=-1.
  watching.client.servers = ["http://127.0.0.1:9"];
  watching.client.poll();
  await until("it has reconnected", () => watching.client.servers.length === servers.length);
  const second = await announce(announcing.client, {
    serviceType: "ot-after",
    serviceUri: "http://10.9.8.6:31000",
  });
  await until("it is told again", () => watching.client.find("ot-after") !== undefined);
  await new Promise((resolve) => announcing.client.unannounce(second, resolve));
}

run(main);
