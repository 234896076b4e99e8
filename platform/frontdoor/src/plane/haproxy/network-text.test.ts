import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parseAddress, parseNetwork } from "../../core/address.ts";
import { HaproxyProcess } from "./haproxy-process.ts";
import { networkTexts } from "./network-text.ts";
import { haproxyBinary, haproxyMissing } from "./testing/find-haproxy.ts";

test("networkTexts() tells an IPv4 network in IPv6's clothes, and IPv6 networks as they are", () => {
  for (const [network, told] of [
    ["10.0.0.0/8", "::ffff:10.0.0.0/104"],
    ["10.1.2.3", "::ffff:10.1.2.3/128"],
    ["0.0.0.0/0", "::ffff:0.0.0.0/96"],
    ["::ffff:10.0.0.0/104", "::ffff:10.0.0.0/104"],
    ["2001:db8::/32", "2001:db8:0:0:0:0:0:0/32"],
    ["::1", "0:0:0:0:0:0:0:1/128"],
  ] as const) {
    assert.deepEqual(networkTexts(parseNetwork(network) ?? ""), [told]);
  }
});

test("networkTexts() of a network that holds all IPv4 addresses is the rest of it", () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((four) => `::ffff:${four}`),
  );
  fc.assert(
    fc.property(address, fc.integer({ min: 0, max: 95 }), (text, length) => {
      const network = `6${`${"0".repeat(80)}${"1".repeat(16)}`.slice(0, length)}`;
      const bits = parseAddress(text) ?? "";
      // As HAProxy looks: every IPv4 address has IPv6's clothes on.
      const clothed = bits.startsWith("4")
        ? `6${"0".repeat(80)}${"1".repeat(16)}${bits.slice(1)}`
        : bits;
      const isIn = networkTexts(network).some((part) =>
        clothed.startsWith(parseNetwork(part) ?? "none"),
      );
      assert.equal(isIn, bits.startsWith(network));
    }),
  );
});

const networks = [
  ...["10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2002::/16", "2001:db8::/32", "::1", "::/0", "::/64"],
  ...["::/96", "::ffff:0:0/96", "64:ff9b::/96"],
];

/** Those after the first four hold 10.1.2.3 in one way or other. */
const clients = [
  ...["10.1.2.3", "11.1.2.3", "2001:db8::1", "::1"],
  ...["::ffff:10.1.2.3", "2002:a01:203::1", "::10.1.2.3", "64:ff9b::10.1.2.3"],
];

test("HAProxy finds in networks as they are told those addresses that we do", {
  skip: haproxyMissing,
}, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const tests = networks.flatMap((network, at) => [
    ...networkTexts(parseNetwork(network) ?? "").map(
      (text) => `  acl in-${at} src -m ip -- ${text}`,
    ),
    `  http-request add-header x-in ${at} if in-${at}`,
  ]);
  const config = [
    ...["global", `  stats socket ${folder}/socket level admin`],
    ...["defaults", "  mode http", "  timeout client 5s", "  timeout server 5s"],
    ...["  timeout connect 5s", "frontend front", `  bind unix@${folder}/front accept-proxy`],
    ...tests,
    '  http-request return status 200 content-type text/plain lf-string "%[req.hdrs]"',
  ];
  const configFile = join(folder, "haproxy.cfg");
  await writeFile(configFile, `${config.join("\n")}\n`);
  const socketPath = join(folder, "socket");
  const process = new HaproxyProcess({
    ...{ binary: haproxyBinary, configFile, socketPath, before: undefined },
  });
  context.after(() => process.kill());
  await process.untilServing();
  for (const client of clients) {
    const found = await networksOf(join(folder, "front"), client);
    const wanted = networks.flatMap((network, at) =>
      (parseAddress(client) ?? "").startsWith(parseNetwork(network) ?? "none") ? [at] : [],
    );
    assert.deepEqual(
      found.map((at) => networks[at]),
      wanted.map((at) => networks[at]),
      client,
    );
  }
});

/** What a client with this address is told that it is in. */
async function networksOf(path: string, client: string): Promise<readonly number[]> {
  const family = client.includes(":") ? "TCP6" : "TCP4";
  const own = family === "TCP6" ? "::1" : "127.0.0.1";
  const socket = connect({ path });
  socket.write(`PROXY ${family} ${client} ${own} 1 2\r\nGET / HTTP/1.0\r\n\r\n`);
  let received = "";
  for await (const piece of socket) received += String(piece);
  return [...received.matchAll(/x-in: (\d+)/g)].map(([, at]) => Number(at));
}
