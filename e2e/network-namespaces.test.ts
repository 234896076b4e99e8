import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { eventually, runProcess } from "@tavola/harness";
import { createNetwork, type NetworkHost, whyNoNetwork } from "./failover/network.ts";

const why = whyNoNetwork();

/** Whether a request from there is answered; a lost packet is given a second. */
async function reaches(from: NetworkHost, url: string): Promise<boolean> {
  const code = `fetch("${url}", { signal: AbortSignal.timeout(1000) }).then(() => process.exit(0), () => process.exit(1))`;
  const [program = "", ...args] = [...from.within, process.execPath, "-e", code];
  return (await runProcess(program, args)).code === 0;
}

test("hosts reach each other until the way is cut, one direction at a time (needs root)", async (context) => {
  if (why !== undefined) return context.skip(why);
  const network = await createNetwork();
  context.after(() => network.close());
  context.diagnostic(`partitions are made by ${network.cutter}`);
  const [a, b] = [await network.addHost("a"), await network.addHost("b")];
  const serve = `require("node:http").createServer((q, s) => s.end("b")).listen(8080, "${b.address}")`;
  const [program = "", ...args] = [...b.within, process.execPath, "-e", serve];
  const server = spawn(program, args, { stdio: "ignore" });
  const url = `http://${b.address}:8080/`;
  const isOver = () => server.exitCode !== null || server.signalCode !== null;
  await eventually("an answer, or the server's end", async () => {
    if (isOver()) return "ended";
    return (await reaches(a, url)) ? "answered" : undefined;
  });
  assert.ok(!isOver(), "the server lives");
  assert.equal(await (await fetch(url)).text(), "b", "this process reaches it, too");

  const here = createServer((_request, response) => response.end("here"));
  here.listen(0, network.ownAddress);
  await once(here, "listening");
  context.after(() => here.close());
  const ownUrl = `http://${network.ownAddress}:${(here.address() as AddressInfo).port}/`;

  await network.cut(b, a);
  assert.equal(await reaches(a, url), false, "the answer is lost");
  assert.equal(await reaches(a, ownUrl), true, "others reach it");
  await network.heal();
  assert.equal(await reaches(a, url), true);
  await network.isolate(a, [a, b]);
  assert.equal(await reaches(a, url), false);
  await network.heal();

  const ended = once(server, "exit");
  await network.close();
  await ended;
  assert.ok(!readdirSync("/run/netns").some((name) => name.startsWith(`tvl${process.pid}-`)));
  assert.ok(!Object.keys(networkInterfaces()).some((name) => name.startsWith(`tvl${process.pid}`)));
});

test("what a killed process left is removed by the next (needs root)", async (context) => {
  if (why !== undefined) return context.skip(why);
  const module = `${import.meta.dirname}/failover/network.ts`;
  const code = `import("${module}").then(async ({ createNetwork }) => { await (await createNetwork()).addHost("x"); process.kill(process.pid, "SIGKILL"); })`;
  const child = spawn(process.execPath, ["-e", code], { stdio: "inherit" });
  await once(child, "exit");
  assert.ok(existsSync(`/run/netns/tvl${child.pid}-1-x`));
  const network = await createNetwork();
  await network.close();
  assert.ok(!existsSync(`/run/netns/tvl${child.pid}-1-x`));
});
