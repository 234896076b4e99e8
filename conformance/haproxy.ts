/**
 * HAProxy, as Debian has it, which finds a service's instances by SRV records: its `server-template`
 * with a `resolvers` section, without anything of ours beside it.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Cluster, eventually } from "@tavola/harness";
import type { Client } from "./client.ts";
import { announce, type DnsPlace, dnsPlaceOf } from "./cluster-dns.ts";
import { findProgram } from "./toolchain.ts";

const boundMs = 20_000;
const program = "haproxy";
const service = "haproxy-web";

function configuration({ ip, port }: DnsPlace, socket: string): string {
  return `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
resolvers tavola
  nameserver discovery ${ip}:${port}
  accepted_payload_size 1232
  timeout resolve 200ms
  hold valid 200ms
  hold obsolete 0s
  hold nx 200ms
frontend front
  bind unix@${socket}
  default_backend service
backend service
  balance roundrobin
  server-template instance 4 _${service}._tcp.marathon.mesos resolvers tavola resolve-prefer ipv4 init-addr none
`;
}

/** Answers with its own name. */
async function instance(name: string): Promise<{ readonly server: Server; readonly uri: string }> {
  const server = createServer((_, response) => {
    response.setHeader("Connection", "close").end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** What HAProxy answers at its socket: a body, or the status of an error. */
function ask(socketPath: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request({ socketPath, path: "/", agent: false }, (answer) => {
    if (answer.statusCode === 200) resolve(text(answer));
    else {
      resolve(String(answer.statusCode));
      answer.resume();
    }
  });
  asked.on("error", reject);
  asked.setTimeout(2_000, () => asked.destroy(new Error("no answer")));
  asked.end();
  return promise;
}

/** Who answers, in several requests. */
async function answering(socket: string): Promise<string> {
  const names = new Set<string>();
  for (let asked = 0; asked < 8; asked += 1) names.add(await ask(socket));
  return [...names].sort().join();
}

async function stop(haproxy: ChildProcess): Promise<void> {
  const exited = once(haproxy, "exit");
  if (haproxy.exitCode !== null) return;
  haproxy.kill("SIGKILL");
  await exited;
}

async function followsInstances(cluster: Cluster, folder: string): Promise<void> {
  const file = join(folder, "haproxy.cfg");
  const socket = join(folder, "front.sock");
  writeFileSync(file, configuration(await dnsPlaceOf(cluster), socket));
  const instances = [await instance("one"), await instance("two")];
  let output = "";
  const haproxy = spawn(program, ["-db", "-f", file], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [haproxy.stdout, haproxy.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  const until = (names: string): Promise<true> =>
    eventually(
      `${names} to answer`,
      async () => {
        assert.equal(haproxy.exitCode, null, output);
        return (await answering(socket)) === names || undefined;
      },
      { boundMs },
    );
  try {
    const [one, two] = instances;
    const first = await announce(cluster, service, one?.uri ?? "");
    await until("one");
    const second = await announce(cluster, service, two?.uri ?? "");
    await until("one,two");
    await first.withdraw();
    await until("two");
    await second.withdraw();
    await until("503");
  } finally {
    await stop(haproxy);
    for (const { server } of instances) server.close();
  }
}

export const haproxyClient: Client = {
  name: "haproxy",
  speaks: "DNS, SRV records",
  async prepare() {
    return findProgram(program) === undefined ? `${program} is not installed` : undefined;
  },
  checks: [{ name: "its servers follow a service's instances", run: followsInstances }],
};
