import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import { announcementOf as of, ScriptedDiscovery } from "../testing/scripted-discovery.ts";
import { settle } from "../testing/settle.ts";
import type { Announcement } from "./announcement.ts";
import { connectDiscovery } from "./discovery-client.ts";

function started(servers = "a:1", random = seededRandom(1)) {
  const discovery = new ScriptedDiscovery();
  const { clock, http } = discovery;
  const client = connectDiscovery({ servers, world: { clock, http, random } });
  return { discovery, client, clock };
}

const ids = (list: readonly Announcement[]) => list.map(({ announcementId }) => announcementId);

test("a watch asks for all, and then for what is past the index it has", async () => {
  const { discovery, client, clock } = started();
  discovery.put(of("web", "w1"));
  discovery.index = 41;
  const changes: string[] = [];
  const watch = client.subscribe({
    onChange: ({ added, removed }) => changes.push(`+${ids(added)} -${ids(removed)}`),
  });
  assert.equal(watch.isStale, true);
  await settle();
  await watch.ready;
  assert.equal(watch.isStale, false);
  discovery.put(of("web", "w2"));
  await settle();
  await clock.step(25_000); // A 204 comes, and it asks for the same again.
  discovery.remove("w1");
  await settle();
  assert.deepEqual(ids(watch.find("web")), ["w2"]);
  assert.deepEqual(changes, ["+w1 -", "+w2 -", "+ -w1"]);
  assert.deepEqual(discovery.calls("GET"), [
    "a:1/watch",
    "a:1/watch?since=42",
    "a:1/watch?since=43",
    "a:1/watch?since=43",
    "a:1/watch?since=44",
  ]);
  await client.close();
});

test("a watch keeps what it knows while all servers are away, says so, and backs off", async () => {
  const always = { next: () => 0.999_999 };
  const { discovery, client, clock } = started("a:1", always);
  discovery.put(of("web", "w1"));
  const watch = client.subscribe();
  await settle();
  discovery.away.add("http://a:1");
  discovery.put(of("web", "w2")); // The answer still comes; the next call fails.
  await settle();
  assert.equal(watch.isStale, true);
  assert.match(watch.trouble ?? "", /Cannot connect/);
  const asked: number[] = [];
  let before = discovery.http.requests.length;
  for (let ms = 0; ms < 60_000; ms += 1) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
    if (discovery.http.requests.length > before) asked.push(ms);
    before = discovery.http.requests.length;
  }
  const gaps = asked.map((ms, index) => ms - (asked[index - 1] ?? -1));
  assert.deepEqual(
    gaps.slice(0, 16).map((gap) => Math.round(gap)),
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 10_240, 10_240],
  );
  assert.deepEqual(ids(watch.all()), ["w1", "w2"]);
  discovery.away.clear();
  await clock.step(10_240);
  assert.equal(watch.isStale, false);
  assert.equal(watch.trouble, undefined);
  await client.close();
});

test("a watch goes on at another server, which it learned, where it was", async () => {
  const { discovery, client } = started();
  discovery.put(of("discovery", "d1", { serviceUri: "http://b:2" }));
  const watch = client.subscribe({ serviceType: "web" });
  await settle();
  assert.deepEqual(client.servers, ["http://a:1", "http://b:2"]);
  discovery.away.add("http://a:1");
  for (const host of ["w1", "w2", "w3"]) {
    discovery.put(of("web", host));
    await settle();
    await discovery.clock.step(5);
  }
  assert.deepEqual(ids(watch.find("web")), ["w1", "w2", "w3"]);
  assert.equal(watch.isStale, false);
  await client.close();
});

test("a client has one long poll, which learns the servers whatever else it is for", async () => {
  const { discovery, client } = started();
  discovery.put(of("discovery", "d1", { serviceUri: "http://b:2" }));
  discovery.put(of("web", "w1"));
  const waiting = () =>
    discovery
      .calls("GET")
      .slice(-1)[0]
      ?.replace(/^.*\/watch\?since=\d+/, "/watch");
  client.announce({ serviceType: "mine", serviceUri: "http://me:1" });
  await settle();
  assert.equal(waiting(), "/watch&serviceType=discovery");
  const watch = client.subscribe({ serviceType: "web" });
  await watch.ready;
  await settle();
  assert.equal(waiting(), "/watch&serviceType=web&serviceType=discovery");
  assert.deepEqual(ids(watch.all()), ["w1"]);
  const before = discovery.calls("GET").length;
  discovery.put(of("discovery", "d2", { serviceUri: "http://c:3" }));
  await settle();
  assert.equal(discovery.calls("GET").length, before + 1, "only one was waiting");
  assert.deepEqual(client.servers, ["http://a:1", "http://b:2", "http://c:3"]);
  await watch.close();
  await settle();
  assert.equal(waiting(), "/watch&serviceType=discovery", "for as long as it announces");
  await client.close();
});

test("a full update from a server that was built anew replaces all that was known", async () => {
  const { discovery, client, clock } = started();
  discovery.index = 1000;
  discovery.put(of("web", "old"));
  const watch = client.subscribe();
  await settle();
  discovery.rebuild([of("web", "new")], 3);
  await settle();
  await clock.step(200);
  assert.deepEqual(ids(watch.all()), ["new"]);
  discovery.put(of("web", "newer"));
  await settle();
  assert.deepEqual(ids(watch.all()), ["new", "newer"]);
  await client.close();
});

test("answers that are none, or do not follow on, lose nothing and are asked for anew", async () => {
  const { discovery, client, clock } = started();
  discovery.put(of("web", "w1"));
  const watch = client.subscribe();
  await settle();
  const bad = [
    { status: 200, body: "<html>" },
    { status: 200, body: '{"fullUpdate":false,"index":0,"updates":[]}' },
    { status: 204 },
    { status: 500, body: "oh" },
    { status: 301 },
  ];
  const queue = [...bad];
  discovery.override = () => queue.shift();
  discovery.put(of("web", "w2"));
  await settle();
  await clock.step(1000);
  assert.equal(queue.length, 0);
  assert.deepEqual(ids(watch.all()), ["w1", "w2"]);
  assert.equal(watch.isStale, false);
  await client.close();
});

test("a watch says what a server says: that its store is away", async () => {
  const { discovery, client, clock } = started();
  const watch = client.subscribe();
  await settle();
  const headers = { "x-tavola-stale": "7" };
  discovery.override = () => ({ status: 204, headers });
  discovery.put(of("web", "w1"));
  await settle();
  await clock.step(200);
  assert.equal(watch.isStale, true);
  assert.match(watch.trouble ?? "", /cannot reach its store/);
  discovery.override = () => ({ status: 204 });
  await clock.step(200);
  assert.equal(watch.isStale, false);
  await client.close();
});

test("a server that answers nothing at once is not asked all the time", async () => {
  const { discovery, client, clock } = started();
  client.subscribe();
  await settle();
  discovery.override = () => ({ status: 204 });
  discovery.put(of("web", "w1"));
  await settle();
  const before = discovery.http.requests.length;
  await clock.step(1000);
  const asked = discovery.http.requests.length - before;
  assert.ok(asked >= 9 && asked <= 11, `${asked} times in a second`);
  await client.close();
});

test("a server that says the same at once, again and again, is not asked all the time", async () => {
  const { discovery, client, clock } = started();
  client.subscribe();
  await settle();
  const same = { fullUpdate: true, index: 7, deletes: [], updates: [of("web", "w1")] };
  discovery.override = () => ({ status: 200, body: JSON.stringify(same) });
  discovery.put(of("web", "w1"));
  await settle();
  const before = discovery.http.requests.length;
  await clock.step(1000);
  const asked = discovery.http.requests.length - before;
  assert.ok(asked >= 9 && asked <= 11, `${asked} times in a second`);
  await client.close();
});

test("a watch that is closed before it heard anything is not ready any more", async () => {
  const { discovery, client } = started();
  discovery.away.add("http://a:1");
  const watch = client.subscribe();
  await settle();
  await client.close();
  await assert.rejects(watch.ready, { code: "ABORTED" });
});
