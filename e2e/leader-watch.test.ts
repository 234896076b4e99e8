import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { eventually } from "@tavola/harness";
import { LeaderWatch } from "./failover/leader-watch.ts";

/** A master that leads as long as `leads()` says so. */
async function master(name: string, leads: () => boolean) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(leads() ? 200 : 503).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    place: { host: { name }, daemon: { pid: 1 }, url: `http://127.0.0.1:${port}` },
    asked: () => asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function watched(leading: (round: number) => "a" | "b"): Promise<number> {
  let round = 0;
  const leads = (name: "a" | "b") => (): boolean => leading(round) === name;
  const masters = [await master("a", leads("a")), await master("b", leads("b"))];
  const watch = new LeaderWatch(masters.map(({ place }) => place));
  try {
    for (; round < 3; round += 1) {
      const before = masters.map(({ asked }) => asked());
      await eventually("a few questions", () =>
        masters.every(({ asked }, index) => asked() > (before[index] ?? 0) + 5) ? true : undefined,
      );
    }
    return await watch.end();
  } finally {
    await watch.end().catch(() => undefined);
    for (const { close } of masters) close();
  }
}

test("LeaderWatch accepts one leader after the other", async () => {
  assert.ok((await watched((round) => (round < 2 ? "a" : "b"))) > 10);
});

test("LeaderWatch objects when one leads again as if nothing had been", async () => {
  await assert.rejects(
    watched((round) => (round === 1 ? "b" : "a")),
    /a led before and after b did/,
  );
});
