/**
 * `dig` of BIND, as Debian has it: what people ask DNS with.
 */

import assert from "node:assert/strict";
import type { Client } from "./client.ts";
import { type DnsPlace, manyInstances, withServices } from "./cluster-dns.ts";
import { findProgram, step } from "./toolchain.ts";

async function dig({ ip, port }: DnsPlace, ...words: readonly string[]): Promise<string> {
  const args = [`@${ip}`, "-p", String(port), "+time=5", "+tries=3", ...words];
  return (await step("dig", args)).stdout;
}

async function linesOf(place: DnsPlace, ...words: readonly string[]): Promise<readonly string[]> {
  const text = await dig(place, "+short", ...words);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

export const digClient: Client = {
  name: "dig",
  speaks: "DNS, UDP and TCP",
  async prepare() {
    return findProgram("dig") === undefined
      ? "dig is not installed (Debian package bind9-dnsutils)"
      : undefined;
  },
  checks: [
    {
      name: "addresses, ports, the leader, what is cut over UDP and asked again over TCP",
      run: (cluster) =>
        withServices(cluster, "dig", async (place) => {
          const web = "dig-web.marathon.mesos";
          const addresses = ["10.9.0.1", "10.9.0.2"];
          for (const how of ["+notcp", "+tcp", "+noedns", "+nocookie"]) {
            assert.deepEqual(await linesOf(place, how, web), addresses, how);
          }
          const services = await linesOf(place, "_dig-web._tcp.marathon.mesos", "SRV");
          assert.deepEqual(
            services.map((line) => line.replace(/-[a-z0-9]{5}\./, "-HASH.")),
            ["0 1 8001 dig-web-HASH.marathon.mesos.", "0 1 8002 dig-web-HASH.marathon.mesos."],
          );
          const many = ["+noedns", "dig-many.marathon.mesos"];
          const cut = await linesOf(place, "+ignore", "+notcp", ...many);
          assert.ok(cut.length > 0 && cut.length < manyInstances, `${cut.length} over UDP`);
          assert.equal((await linesOf(place, ...many)).length, manyInstances);
          const whole = await dig(place, web);
          assert.match(whole, /status: NOERROR/);
          assert.match(whole, /flags: qr aa rd;/);
          assert.match(await dig(place, "dig-none.marathon.mesos"), /status: NXDOMAIN/);
          assert.deepEqual(await linesOf(place, "leader.mesos"), ["127.0.0.1"]);
          const { port } = new URL(cluster.master);
          const leader = await linesOf(place, "_leader._tcp.mesos", "SRV");
          assert.deepEqual(leader, [`0 1 ${port} leader.mesos.`]);
        }),
    },
  ],
};
