/** Instances of one service that come and go all the time, under requests. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { Agent, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RuntimeSocket } from "./runtime-socket.ts";
import { ask, drivenPlane, onlyHaproxyIn } from "./testing/driven-plane.ts";
import { haproxyMissing } from "./testing/find-haproxy.ts";

/** One process at all addresses of loopback, which says at which it was asked. */
async function everywhere(context: TestContext): Promise<number> {
  const server = createServer((request, response) => response.end(request.socket.localAddress));
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const standing = 10;
const rounds = 40;
const perRound = 5;
/** Servers without an instance that are kept, as `server-names.ts` has it. */
const freeMax = 64;
/** Idle connections to a server that is to go are closed after a second or two. */
const waitMsMax = 20_000;

test("instances that come and go fail no request, get none afterwards, and leave no server behind", {
  skip: haproxyMissing,
}, async (context) => {
  const { plane, rules, serve, folder } = await drivenPlane(context);
  const port = await everywhere(context);
  let last = 0;
  const come = (count: number): readonly string[] =>
    Array.from({ length: count }, () => {
      last += 1;
      return `127.1.${last >> 7}.${1 + (last & 127)}`;
    });
  const uriOf = (address: string): string => `http://${address}:${port}`;
  let live = come(standing);
  /** Whoever may be asked at this moment: while HAProxy is told, both who comes and who goes. */
  let allowed = new Set(live);
  await rules("REQUEST_URI=/* passthru web");
  await serve(...live.map(uriOf));
  await onlyHaproxyIn(folder);

  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  context.after(() => agent.destroy());
  let isOver = false;
  const askers = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const before = allowed;
      const { status, body } = await ask(plane, "/x", agent);
      assert.equal(status, 200, body);
      assert.ok(before.has(body) || allowed.has(body), `${body} had gone before it was asked`);
    }
  });
  for (let at = 0; at < rounds; at += 1) {
    const next = [...live.slice(perRound), ...come(perRound)];
    allowed = new Set([...live, ...next]);
    await serve(...next.map(uriOf));
    live = next;
    allowed = new Set(live);
  }
  isOver = true;
  await Promise.all(askers);

  const [generation] = readdirSync(folder).filter((name) => /^\d+$/.test(name));
  const runtime = new RuntimeSocket(join(folder, generation as string, "socket"));
  const servers = async (): Promise<number> => {
    const said = await runtime.ask("show servers conn service-1");
    return said.split("\n").filter((line) => line.startsWith("service-1/")).length;
  };
  const deadline = performance.now() + waitMsMax;
  for (let left = await servers(); left > standing + freeMax; left = await servers()) {
    assert.ok(performance.now() < deadline, `${left} servers are left`);
  }
  const serving = plane.health().filter(({ state }) => state !== "draining");
  assert.deepEqual(serving.map(({ instance }) => instance.uri).sort(), live.map(uriOf).sort());
});
