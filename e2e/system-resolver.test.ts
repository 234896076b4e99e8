/**
 * The C library's resolver asks discovery, as every program on a machine does whose resolv.conf names
 * it. Needs root: a mount namespace of its own has another resolv.conf, and DNS is at port 53 there.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { runProcess } from "@tavola/harness";
import { startDiscoveryProcess } from "./discovery-process.ts";

/** Of loopback; two tests at a time have two. */
const ip = `127.53.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;
const manyInstances = 100;
let missing: string | undefined;

before(async () => {
  const tried = await runProcess("unshare", ["-m", "true"]).catch(() => undefined);
  if (tried?.code !== 0) missing = "needs root, and unshare of util-linux";
});

test("getent finds services by name, both families, those that take TCP, and none (root)", async (t) => {
  if (missing !== undefined) return t.skip(missing);
  const discovery = await startDiscoveryProcess(["--dns_port=53", `--dns_ip=${ip}`]);
  t.after(() => discovery.stop());
  const folder = mkdtempSync(join(tmpdir(), "tavola-resolver-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "resolv.conf");
  writeFileSync(file, `nameserver ${ip}\nsearch marathon.mesos\n`);
  const announce = async (serviceType: string, serviceUri: string): Promise<void> => {
    const body = JSON.stringify({ serviceType, serviceUri });
    const answer = await fetch(`${discovery.url}/announcement`, { method: "POST", body });
    assert.equal(answer.status, 201);
  };
  for (const host of ["10.9.0.1", "10.9.0.2", "[fd01::2]"]) await announce("web", `http://${host}`);
  for (let at = 1; at <= manyInstances; at += 1) await announce("many", `http://10.9.1.${at}`);

  const getent = async (database: string, name: string) => {
    const command = 'mount --bind "$1" /etc/resolv.conf && exec getent "$2" "$3"';
    const args = ["-m", "sh", "-c", command, "sh", file, database, name];
    const { code, stdout, stderr } = await runProcess("unshare", args, { timeoutMs: 20_000 });
    assert.equal(stderr, "");
    const addresses = stdout.split("\n").flatMap((line) => line.split(/\s/, 1));
    return { code, addresses: [...new Set(addresses)].filter((each) => each !== "").sort() };
  };
  const all = await getent("ahosts", "web.marathon.mesos");
  assert.deepEqual(all, { code: 0, addresses: ["10.9.0.1", "10.9.0.2", "fd01::2"] });
  assert.deepEqual((await getent("ahostsv4", "web")).addresses, ["10.9.0.1", "10.9.0.2"]);
  assert.equal((await getent("ahosts", "many")).addresses.length, manyInstances);
  assert.deepEqual(await getent("ahosts", "none.marathon.mesos"), { code: 2, addresses: [] });
});
