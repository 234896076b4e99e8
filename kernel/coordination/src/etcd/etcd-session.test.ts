import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { silentLogger } from "@tavola/host";
import { eventually } from "../testing/contract.ts";
import { openEtcd } from "./etcd-coordination.ts";

/** An etcd whose answers a test writes. */
async function scriptedEtcd(answers: Record<string, () => object>): Promise<{
  readonly port: number;
  readonly asked: string[];
  close(): void;
}> {
  const asked: string[] = [];
  const answer = (path: string, response: ServerResponse): void => {
    asked.push(path);
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answers[path]?.() ?? {}));
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => answer(request.url ?? "", response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, asked, close };
}

test("a renewal counts only when a quorum of the same term stands behind it", async (context) => {
  let quorumTerm = "2";
  const etcd = await scriptedEtcd({
    "/v3/lease/grant": () => ({ header: { raft_term: "2" }, ID: "7", TTL: "2" }),
    "/v3/lease/keepalive": () => ({ result: { header: { raft_term: "2" }, ID: "7", TTL: "2" } }),
    "/v3/kv/range": () => ({ header: { raft_term: quorumTerm }, kvs: [{ key: "" }] }),
  });
  context.after(() => etcd.close());
  const store = openEtcd(
    {
      scheme: "etcd",
      servers: [{ host: "127.0.0.1", port: etcd.port }],
      credentials: undefined,
      path: "/mesos",
      file: undefined,
    },
    { sessionTimeoutMs: 2_000, logger: silentLogger },
  );
  context.after(() => store.close());
  await eventually("the session", () => store.session.state === "connected");
  await eventually("a heartbeat", () => etcd.asked.includes("/v3/kv/range"));
  assert.equal(store.session.state, "connected");

  // Another leader was elected; the one that renews our lease does not know.
  quorumTerm = "3";
  await eventually("the doubt", () => store.session.state === "suspended");
  await eventually("the session to run out", () => !store.session.isAlive());

  quorumTerm = "2";
  await eventually("trust again", () => store.session.state === "connected");
  assert.equal(store.session.isAlive(), true);
});

test("a lease that etcd no longer knows is the session's end", async (context) => {
  let ttl: string | undefined = "2";
  const etcd = await scriptedEtcd({
    "/v3/lease/grant": () => ({ header: { raft_term: "2" }, ID: "7", TTL: "2" }),
    "/v3/lease/keepalive": () => ({ result: { header: { raft_term: "2" }, ID: "7", TTL: ttl } }),
    "/v3/kv/range": () => ({ header: { raft_term: "2" }, kvs: [{ key: "" }] }),
  });
  context.after(() => etcd.close());
  const servers = [{ host: "127.0.0.1", port: etcd.port }];
  const store = openEtcd(
    { scheme: "etcd", servers, credentials: undefined, path: "/mesos", file: undefined },
    { sessionTimeoutMs: 2_000, logger: silentLogger },
  );
  context.after(() => store.close());
  await eventually("the session", () => store.session.state === "connected");
  assert.equal(store.session.timeoutMs, 2_000);
  ttl = undefined;
  await eventually("its end", () => store.session.state === "expired");
  const calls = etcd.asked.length;
  await store.close();
  assert.equal(etcd.asked.length, calls, "there is nothing left to give back");
});
