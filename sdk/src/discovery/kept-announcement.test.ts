import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import { ScriptedDiscovery } from "../testing/scripted-discovery.ts";
import { settle } from "../testing/settle.ts";
import { connectDiscovery } from "./discovery-client.ts";

function started(servers = "a:1") {
  const discovery = new ScriptedDiscovery();
  const { clock, http } = discovery;
  const world = { clock, http, random: seededRandom(1) };
  const client = connectDiscovery({ servers, learnsServers: false, world });
  return { discovery, client, clock };
}

const web = { serviceType: "web", serviceUri: "http://w:1", metadata: { weight: 2 } };

test("announce() is renewed every 10 s under the same id, with all of it", async () => {
  const { discovery, client, clock } = started();
  const kept = client.announce(web);
  assert.equal(kept.isTaken, false);
  await settle();
  await kept.established;
  assert.equal(kept.isTaken, true);
  // The first renewal comes between 5 and 10 s, so that what began together is renewed apart.
  await clock.step(10_000);
  await clock.step(10_000);
  await clock.step(10_000);
  const bodies = discovery.http.requests.map(({ body }) => String(body));
  assert.equal(bodies.length, 4);
  assert.equal(new Set(bodies).size, 1);
  assert.deepEqual(JSON.parse(bodies[0] ?? ""), { ...web, announcementId: kept.id });
  assert.equal(discovery.index, 1, "nothing has changed");
  await client.close();
  assert.equal(discovery.announced.size, 0);
});

test("announce() goes on at another server, and says it anew to one that does not know it", async () => {
  const { discovery, client, clock } = started("a:1,b:2");
  const kept = client.announce({ ...web, announcementId: "mine" });
  await settle();
  discovery.away.add("http://a:1");
  discovery.announced.clear(); // The other was built anew.
  await clock.step(30_000);
  assert.deepEqual([...discovery.announced.keys()], ["mine"]);
  assert.equal(kept.isTaken, true);
  discovery.away.add("http://b:2");
  assert.equal(kept.trouble, undefined);
  await clock.step(15_000);
  assert.equal(kept.isTaken, false);
  assert.match(kept.trouble ?? "", /b:2/);
  discovery.away.delete("http://b:2");
  await clock.step(20_480);
  assert.equal(kept.isTaken, true);
  await client.close();
});

test("announce() asks again after 404, 429 and 5xx, and not after a refusal", async () => {
  const { discovery, client, clock } = started();
  const statuses = [404, 429, 503];
  discovery.override = () => {
    const status = statuses.shift();
    return status === undefined ? undefined : { status };
  };
  const kept = client.announce(web);
  await clock.step(50);
  assert.equal(kept.isTaken, true);

  discovery.override = ({ method }) =>
    method === "POST" ? { status: 400, body: "serviceUri is no URL" } : undefined;
  const before = discovery.http.requests.length;
  const refused = client.announce({ ...web, serviceUri: "nonsense" });
  await assert.rejects(refused.established, { code: "CALL_REFUSED", message: /is no URL/ });
  assert.deepEqual([kept.isRefused, refused.isRefused], [false, true]);
  await clock.step(1000);
  assert.equal(discovery.http.requests.length, before + 1);
  await client.close();
});

test("announce() is not ended by one server that refuses what another has taken", async () => {
  const { discovery, client, clock } = started("a:1,b:2");
  const kept = client.announce(web);
  await settle();
  await kept.established;
  discovery.override = ({ method, url }) =>
    method === "POST" && url.startsWith("http://a:1") ? { status: 405 } : undefined;
  for (let renewals = 0; renewals < 20; renewals += 1) await clock.step(10_000);
  assert.deepEqual([kept.isRefused, kept.isTaken], [false, true]);
  const refused = discovery.http.requests.filter(({ url }) => url.startsWith("http://a:1"));
  assert.ok(refused.length > 1, "it was asked");
  // What is said anew may be wrong.
  discovery.override = ({ method }) => (method === "POST" ? { status: 400 } : undefined);
  kept.update({ ...web, serviceUri: "nonsense" });
  await settle();
  assert.equal(kept.isRefused, true);
  await client.close();
});

test("update() while what it replaces is being refused says the new one", async () => {
  const { discovery, client } = started();
  const refusal = Promise.withResolvers<{ readonly status: number }>();
  discovery.override = ({ body }) =>
    String(body).includes("nonsense") ? refusal.promise : undefined;
  const kept = client.announce({ ...web, serviceUri: "nonsense" });
  await settle();
  kept.update(web);
  refusal.resolve({ status: 400 });
  await settle();
  assert.deepEqual([kept.isRefused, kept.isTaken], [false, true]);
  await client.close();
});

test("a key that no header can carry is refused before anything is asked", () => {
  for (const key of ["", "ключ", "two\nlines", " blank", "blank "]) {
    assert.throws(() => connectDiscovery({ servers: "a:1", key }), {
      code: "DISCOVERY_KEY_INVALID",
    });
  }
  connectDiscovery({ servers: "a:1", key: "open sesame" });
});

test("announce() takes the id that a server gives", async () => {
  const { discovery, client } = started();
  discovery.override = ({ method, body }) =>
    method === "POST"
      ? { status: 201, body: JSON.stringify({ ...JSON.parse(String(body)), announcementId: "7" }) }
      : undefined;
  const kept = client.announce(web);
  await settle();
  assert.equal(kept.id, "7");
  await client.close();
  assert.deepEqual(discovery.calls("DELETE"), ["a:1/announcement/7"]);
});

test("update() says something else at once, under the same id", async () => {
  const { discovery, client } = started();
  const kept = client.announce(web);
  await settle();
  kept.update({ ...web, metadata: { weight: 5 } });
  await settle();
  assert.deepEqual(
    [...discovery.announced.values()],
    [{ ...web, metadata: { weight: 5 }, announcementId: kept.id }],
  );
  await client.close();
});

test("withdraw() waits for a renewal under way, so that it does not bring it back", async () => {
  const { discovery, client, clock } = started();
  const held = Promise.withResolvers<undefined>();
  const kept = client.announce(web);
  await settle();
  discovery.override = ({ method, body }) =>
    method !== "POST"
      ? undefined
      : held.promise.then(() => {
          discovery.put(JSON.parse(String(body)));
          return { status: 201 };
        });
  await clock.step(10_000);
  const withdrawn = kept.withdraw();
  await settle();
  assert.deepEqual(discovery.calls("DELETE"), []);
  held.resolve(undefined);
  assert.equal(await withdrawn, "withdrawn");
  assert.equal(discovery.announced.size, 0);
  await client.close();
});

test("withdraw() tries other servers, and gives up in the end", async () => {
  const { discovery, client, clock } = started("a:1,b:2");
  const one = client.announce(web);
  const other = client.announce(web);
  await settle();
  discovery.away.add("http://a:1");
  const withdrawn = one.withdraw();
  await clock.step(100);
  assert.equal(await withdrawn, "withdrawn");
  discovery.away.add("http://b:2");
  const away = other.withdraw({ patienceMs: 2_000 });
  assert.equal(away, other.withdraw(), "the same wish has the same end");
  await clock.step(2_000);
  assert.equal(await away, "away");
  await client.close();
});

test("withdraw() does not believe one server that refuses what another takes", async () => {
  const { discovery, client, clock } = started("a:1,b:2,c:3");
  discovery.override = ({ method, url }) =>
    method === "DELETE" && url.startsWith("http://a:1") ? { status: 405 } : undefined;
  for (let each = 0; each < 20; each += 1) {
    const kept = client.announce(web);
    await settle();
    const withdrawn = kept.withdraw();
    await clock.step(20_000);
    assert.equal(await withdrawn, "withdrawn");
  }
  assert.ok(
    discovery.calls("DELETE").some((call) => call.startsWith("a:1")),
    "it was asked",
  );
  discovery.override = ({ method }) => (method === "DELETE" ? { status: 403 } : undefined);
  const before = discovery.calls("DELETE").length;
  const theirs = client.withdraw("theirs");
  await clock.step(1_000);
  assert.equal(await theirs, "refused");
  assert.equal(discovery.calls("DELETE").length, before + 2, "two say so");
  // The others are away: what one says is all that is known.
  discovery.away.add("http://b:2").add("http://c:3");
  const last = client.withdraw("theirs", { patienceMs: 2_000 });
  await clock.step(3_000);
  assert.equal(await last, "refused");
  await client.close();
});

test("close() can leave announcements to whoever goes on with them", async () => {
  const { discovery, client } = started();
  client.announce({ ...web, announcementId: "mine" });
  await settle();
  await client.close({ withdraws: false });
  assert.deepEqual([...discovery.announced.keys()], ["mine"]);
  assert.deepEqual(discovery.calls("DELETE"), []);
});

test("close() ends a withdrawal that no server takes, and withdraw() takes back what another announced", async () => {
  const { discovery, client, clock } = started();
  discovery.put({ announcementId: "x/y", ...web });
  assert.equal(await client.withdraw("x/y"), "withdrawn");
  assert.equal(await client.withdraw("x/y"), "withdrawn", "nobody knows it");
  assert.equal(discovery.announced.size, 0);
  const kept = client.announce(web);
  await settle();
  discovery.away.add("http://a:1");
  const waiting = [kept.withdraw(), client.withdraw("other")];
  await clock.step(100);
  await client.close({ withdraws: false });
  assert.deepEqual(await Promise.all(waiting), ["away", "away"]);
  assert.equal(clock.waiting, 0, "nothing is left to be tried");
});

test("a key goes with every announcement and withdrawal; what is another's is not withdrawn", async () => {
  const discovery = new ScriptedDiscovery();
  const { clock, http } = discovery;
  const world = { clock, http, random: seededRandom(1) };
  const client = connectDiscovery({ servers: "a:1", learnsServers: false, key: "secret", world });
  client.announce(web);
  await settle();
  discovery.override = ({ method }) =>
    method === "DELETE" ? { status: 403, body: "not yours" } : undefined;
  assert.equal(await client.withdraw("theirs"), "refused");
  await client.close();
  assert.deepEqual(
    [...new Set(http.requests.map(({ headers }) => headers?.["authorization"]))],
    ["Bearer secret"],
  );
});

test("nothing is announced while one may not", async () => {
  const discovery = new ScriptedDiscovery();
  const { clock, http } = discovery;
  let isLeading = true;
  const client = connectDiscovery({
    servers: "a:1",
    learnsServers: false,
    mayAnnounce: () => isLeading,
    world: { clock, http, random: seededRandom(1) },
  });
  client.announce(web);
  await settle();
  isLeading = false;
  await clock.step(60_000);
  assert.equal(http.requests.length, 1);
  isLeading = true;
  await clock.step(10_240);
  assert.ok(http.requests.length > 1);
  await client.close();
});

test("a server that never answers is given up for another", async () => {
  const { discovery, client, clock } = started("a:1,b:2");
  discovery.override = ({ url }) =>
    url.startsWith("http://a:1") ? new Promise(() => undefined) : undefined;
  const all = Array.from({ length: 5 }, () => client.announce(web));
  await clock.step(6_000);
  assert.deepEqual(
    all.map(({ isTaken }) => isTaken),
    [true, true, true, true, true],
  );
  await client.close();
});

test("however many are announced, few calls are under way at once", async () => {
  const { discovery, client, clock } = started();
  let atOnce = 0;
  let most = 0;
  discovery.override = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await settle();
    atOnce -= 1;
    return { status: 201 };
  };
  const all = Array.from({ length: 200 }, () => client.announce(web));
  await Promise.all(all.map(({ established }) => established));
  assert.equal(most, 32);
  const closing = client.close();
  await clock.step(100);
  await closing;
});
