import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { discoveryFlags, startDiscovery } from "@tavola/discovery";
import { parseFlags, silentLogger } from "@tavola/host";
import { connectDiscovery } from "@tavola/sdk";
import { runCommandLine } from "../command-line.ts";
import { capturedTerminal } from "../testing/captured-terminal.ts";

/** A discovery server with what is announced to it. */
async function serverWith(t: TestContext, services: readonly (readonly [string, string])[]) {
  const folder = mkdtempSync(join(tmpdir(), "tavola-services-"));
  const flags = parseFlags(discoveryFlags, {
    arguments: [`--work_dir=${folder}`, "--port=0"],
    environment: {},
  });
  if (flags.error !== undefined) throw new Error(flags.error);
  const server = await startDiscovery({ flags: flags.value.values, logger: silentLogger });
  const client = connectDiscovery({ servers: server.url });
  t.after(async () => {
    await client.close({ withdraws: false });
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const all = services.map(([serviceType, announcementId]) =>
    client.announce({ announcementId, serviceType, serviceUri: `http://${announcementId}:1` }),
  );
  await Promise.all(all.map(({ established }) => established));
  return server;
}

async function tavola(url: string, ...args: readonly string[]) {
  const terminal = capturedTerminal({ TAVOLA_DISCOVERY: url });
  const status = await runCommandLine(args, terminal);
  return { status, output: terminal.output, errors: terminal.errors };
}

test("tavola services lists what is announced, of one service, as JSON, and its types for a shell", async (t) => {
  const { url } = await serverWith(t, [
    ["web", "w2"],
    ["web", "w1"],
    ["mail", "m1"],
  ]);
  const all = await tavola(url, "services");
  assert.equal(all.status, 0, all.errors);
  const lines = all.output.split("\n").map((line) => line.split(/ +/).slice(0, 2).join(" "));
  assert.deepEqual(lines, [
    "SERVICE URI",
    `discovery ${url}`,
    "mail http://m1:1",
    "web http://w1:1",
    "web http://w2:1",
    "",
  ]);
  const web = await tavola(url, "services", "web", "--json");
  assert.deepEqual(
    (JSON.parse(web.output) as { announcementId: string }[]).map((each) => each.announcementId),
    ["w1", "w2"],
  );
  const nobody = await tavola(url, "services", "spam");
  assert.equal(nobody.output, "SERVICE  URI  WEIGHT  ZONE  ID\n");
  const types = await tavola(url, "complete", "--", "services", "");
  assert.equal(types.output, "discovery\nmail\nweb\n");
});

test("tavola services ends with 69 when no server answers", async () => {
  const { status, errors } = await tavola("http://127.0.0.1:1", "services");
  assert.equal(status, 69);
  assert.match(errors, /no discovery server answers at http:\/\/127\.0\.0\.1:1; start one/);
});

test("tavola services says what is wrong with a service without a name, and with what is no discovery server", async (t) => {
  const { url } = await serverWith(t, []);
  const nameless = await tavola(url, "services", "");
  assert.equal(nameless.status, 64);
  assert.match(nameless.errors, /the service is ""; name one/);
  const elsewhere = await tavola(`${url}/elsewhere`, "services");
  assert.equal(elsewhere.status, 69);
  assert.match(elsewhere.errors, /what answers at .*\/elsewhere does not say .*answered 404/);
});

test("tavola announce ends with 1 and the server's words when it is refused", async (t) => {
  const { url } = await serverWith(t, []);
  const { status, errors } = await tavola(url, "announce", "a:b", "http://h:1");
  assert.equal(status, 1);
  assert.match(errors, /serviceType: may not hold ":"/);
});

test("tavola announce ends its command and withdraws it when the terminal is closed", async (t) => {
  const { url } = await serverWith(t, []);
  const client = connectDiscovery({ servers: url });
  t.after(() => client.close());
  const announced = Promise.withResolvers<void>();
  const withdrawn = Promise.withResolvers<void>();
  client.subscribe({
    serviceType: "hung",
    onChange: ({ added, removed }) => {
      if (added.length > 0) announced.resolve();
      if (removed.length > 0) withdrawn.resolve();
    },
  });
  const script = "trap 'exit 5' TERM; while :; do sleep 0.05; done";
  const ending = tavola(url, "announce", "hung", url, "--", "sh", "-c", script);
  await announced.promise;
  process.emit("SIGHUP", "SIGHUP");
  const { status, errors } = await ending;
  assert.equal(status, 5, errors);
  await withdrawn.promise;
  assert.equal(process.listenerCount("SIGHUP"), 0);
});
