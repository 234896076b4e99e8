import assert from "node:assert/strict";
import test from "node:test";
import { createHttpClient, openEndpoint, silentLogger } from "@tavola/host";
import { internal, jsonType, parseUpid } from "@tavola/protocol";
import { openEventStream } from "../testing/event-stream.ts";
import { startFakeAgent } from "../testing/fake-agent.ts";
import { startTestMaster, type TestMaster } from "../testing/test-master.ts";
import { waitUntil } from "../testing/wait-until.ts";

async function metric(master: TestMaster, name: string): Promise<number | undefined> {
  const url = `${master.url}/metrics/snapshot`;
  const answer = await master.client.request({ method: "GET", url });
  return JSON.parse(`${Buffer.from(await answer.body())}`)[name];
}

function subscribe(master: TestMaster, info: object = {}) {
  const framework_info = { user: "root", name: "f", ...info };
  return openEventStream(
    master.client,
    {
      url: `${master.url}/api/v1/scheduler`,
      headers: { "Content-Type": jsonType },
      body: JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info } }),
    },
    "json",
  );
}

test("libprocess messages that make no sense are dropped and counted; the master lives on", async () => {
  const master = await startTestMaster();
  const peer = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    onRequest: () => ({ status: 404 }),
    logger: silentLogger,
  });
  const to = parseUpid(`master@${new URL(master.url).host}`);
  assert.ok(to);
  const send = (name: string, ...body: number[]) =>
    peer.messenger.send("slave(1)", to, name, Uint8Array.from(body));
  send("mesos.internal.NoSuchMessage", 1, 2, 3);
  send("mesos.internal.RegisterSlaveMessage");
  send("mesos.internal.RegisterSlaveMessage", 10, 200, 1);
  send("mesos.internal.StatusUpdateMessage", 255, 255, 255, 255);
  for (let i = 0; (await metric(master, "master/dropped_messages")) !== 4; i += 1) {
    assert.ok(i < 1000, "four messages are counted as dropped");
  }
  const agent = await startFakeAgent(master.url);
  assert.match(agent.id, /-S0$/);
  await agent.close();
  await peer.close();
  await master.close();
});

test("an agent whose connection breaks is offered no longer", async () => {
  const master = await startTestMaster();
  const agent = await startFakeAgent(master.url);
  const stream = await subscribe(master);
  await waitUntil(() => stream.events.some(({ event }) => event.type === "OFFERS"), "OFFERS");
  await agent.close();
  await waitUntil(() => stream.events.some(({ event }) => event.type === "RESCIND"), "RESCIND");
  assert.equal(await metric(master, "master/slaves_disconnected"), 1);
  stream.abort();
  await master.close();
});

test("a framework that goes away without a failover timeout is torn down on its agents", async () => {
  const master = await startTestMaster();
  const agent = await startFakeAgent(master.url);
  const stream = await subscribe(master);
  const id = (await stream.next()).event.subscribed?.framework_id;
  stream.abort();
  const shutdown = await agent.next(internal.ShutdownFrameworkMessage);
  assert.deepEqual(shutdown.framework_id, id);
  await agent.close();
  await master.close();
});

test("a master that closes ends its streams in order", async () => {
  const master = await startTestMaster();
  // One that stays when the master's fixture closes its own.
  const client = createHttpClient();
  const stream = await subscribe({ ...master, client });
  await stream.next();
  await master.close();
  await waitUntil(() => stream.hasEnded, "the end of the stream");
  await client.close();
});

test("an operator's TEARDOWN ends the framework's stream", async () => {
  const master = await startTestMaster();
  const stream = await subscribe(master);
  const framework_id = (await stream.next()).event.subscribed?.framework_id;
  const body = JSON.stringify({ type: "TEARDOWN", teardown: { framework_id } });
  const answer = await master.post("/api/v1", { "Content-Type": jsonType }, body);
  assert.equal(answer.status, 200);
  await answer.body();
  await stream.ended();
  await master.close();
});
