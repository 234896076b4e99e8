import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { parseFlags, silentLogger } from "@tavola/host";
import { certificateFolder } from "../plane/testing/test-certificates.ts";
import { type ScriptedDiscovery, scriptedDiscovery } from "../testing/scripted-discovery.ts";
import { refusedByPlane, ScriptedPlane } from "../testing/scripted-plane.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { frontdoorFlags } from "./frontdoor-flags.ts";
import { type RunningFrontdoor, startFrontdoor } from "./start-frontdoor.ts";

interface Opened {
  readonly frontdoor: RunningFrontdoor;
  readonly plane: ScriptedPlane;
  readonly discovery: ScriptedDiscovery;
  readonly folder: string;
  /** Writes the rule file, as a whole. */
  write(text: string): void;
  admin(
    path: string,
    init?: RequestInit,
  ): Promise<{ readonly status: number; readonly text: string }>;
}

async function open(
  context: TestContext,
  rules: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Opened> {
  const folder = await temporaryFolder(context);
  const discovery = await scriptedDiscovery(context);
  const write = (text: string): void => writeFileSync(`${folder}/front.rules`, text);
  write(rules);
  const { value, error } = parseFlags(frontdoorFlags, {
    arguments: Object.entries({
      rules: `${folder}/front.rules`,
      "rules-poll-interval": "100ms",
      discovery: discovery.url,
      "work-dir": `${folder}/work`,
      "admin-port": "0",
      ...more,
    }).map(([name, text]) => `--${name}=${text}`),
    environment: {},
  });
  assert.equal(error, undefined);
  let plane: ScriptedPlane | undefined;
  const frontdoor = await startFrontdoor({
    flags: (value as NonNullable<typeof value>).values,
    logger: silentLogger,
    environment: {},
    openDataPlane: async ({ observer }) => {
      plane = new ScriptedPlane(observer);
      return plane;
    },
  });
  context.after(() => frontdoor.close());
  return {
    frontdoor,
    plane: plane as unknown as ScriptedPlane,
    discovery,
    folder,
    write,
    async admin(path, init) {
      const response = await fetch(`${frontdoor.adminUrl}${path}`, init);
      return { status: response.status, text: await response.text() };
    },
  };
}

const instance = (id: string, serviceType: string, metadata = {}) => ({
  announcementId: id,
  serviceType,
  serviceUri: `http://10.0.0.1:80${id}/`,
  metadata,
});

test("rules are in effect once it is up, and services that they name are told", async (context) => {
  const { plane, discovery, write, frontdoor } = await open(context, "passthru a\n");
  assert.equal(frontdoor.url, "http://127.0.0.1:1");
  assert.deepEqual(
    plane.rules?.rules.map(({ text }) => text),
    ["passthru a"],
  );
  assert.deepEqual([...plane.services.keys()], ["a"]);
  discovery.announce(
    instance("2", "a", { weight: 3, zone: "z" }),
    instance("1", "a"),
    instance("3", "a", { weight: 0 }),
    { announcementId: "4", serviceType: "a", serviceUri: "ftp://nowhere" },
    { announcementId: "5", serviceType: "b", serviceUri: "http://10.0.0.1:805", feature: "canary" },
  );
  await waitUntil(() => plane.services.get("a")?.length === 2, "two instances");
  assert.deepEqual(plane.services.get("a"), [
    { id: "1", uri: "http://10.0.0.1:801", weight: 1, zone: undefined },
    { id: "2", uri: "http://10.0.0.1:802", weight: 3, zone: "z" },
  ]);
  plane.told.length = 0;
  write("passthru b:canary\n");
  await waitUntil(() => plane.rules?.rules[0]?.text === "passthru b:canary", "the new rules");
  // Connections may still bring requests by the former rules.
  assert.ok(plane.services.has("a"));
  // Who serves b:canary was known before the rules that name it were in effect.
  assert.ok(plane.told[0] instanceof Map && plane.told[0].get("b:canary")?.length === 1);
});

test("a broken file is refused with a reason, and the last good rules stay", async (context) => {
  const { plane, write, admin } = await open(context, "passthru a\n");
  write("passthru a\nnonsense <b>\n");
  const refused = async () => JSON.parse((await admin("/status")).text).rules.refused;
  await waitUntil(async () => (await refused()).length === 1, "the refusal");
  assert.match((await refused())[0].reasons[0], /^front\.rules:2:1: "nonsense" is neither/);
  assert.deepEqual(
    plane.rules?.rules.map(({ text }) => text),
    ["passthru a"],
  );
  const page = (await admin("/")).text;
  assert.match(page, /front\.rules:2:1: &quot;nonsense&quot; is neither/);
  assert.match((await admin("/metrics")).text, /^tavola_frontdoor_rules_refused_total 1$/m);
  plane.refusal = refusedByPlane();
  write("passthru b\n");
  await waitUntil(async () => (await refused()).length === 2, "the second refusal");
  assert.match((await refused())[0].reasons[0], /data plane refuses it: .*too long/);
  assert.equal((await admin("/rules")).text, "passthru a\n");
  write("passthru c\n");
  await waitUntil(() => plane.rules?.rules[0]?.text === "passthru c", "the good rules");
  const troubles = JSON.parse((await admin("/status")).text).troubles;
  assert.deepEqual(troubles, ["c has no instance"]);
});

test("without rules it answers 503 with the reason, and goes on trying", async (context) => {
  const { plane, write, admin, folder } = await open(context, "nonsense\n");
  const action = plane.rules?.rules[0]?.action;
  assert.ok(action?.kind === "respond" && action.status === 503);
  assert.match(action.body, /no rules yet: .*front\.rules.* is refused/);
  assert.equal((await admin("/health")).status, 503);
  rmSync(`${folder}/front.rules`);
  const away = async () => JSON.parse((await admin("/status")).text).rules.away;
  await waitUntil(async () => (await away()) !== null, "the file to be away");
  write("passthru a\n");
  await waitUntil(async () => (await admin("/health")).status === 200, "rules");
  assert.equal(await away(), null);
});

test("everything gone at once is a discovery built anew: what was known stays a while", async (context) => {
  const { plane, discovery } = await open(context, "split a=1,b=1\n");
  discovery.announce(instance("1", "a"), instance("2", "b"));
  await waitUntil(() => plane.services.get("b")?.length === 1, "instances");
  discovery.announce(instance("9", "discovery"));
  await waitUntil(() => discovery.isHeard(), "that nothing is left to be heard");
  discovery.announce(instance("9", "discovery"), instance("3", "b"));
  await waitUntil(() => plane.services.get("b")?.[0]?.id === "3", "who announced itself again");
  assert.equal(plane.services.get("a")?.[0]?.id, "1");
});

test("what is withdrawn is gone at once", async (context) => {
  const { plane, discovery } = await open(context, "split a=1,b=1\n");
  discovery.announce(instance("1", "a"), instance("2", "b"));
  await waitUntil(() => plane.services.get("b")?.length === 1, "instances");
  discovery.announce(instance("2", "b"));
  await waitUntil(() => plane.services.get("a")?.length === 0, "the withdrawal");
  discovery.announce();
  await waitUntil(() => plane.services.get("b")?.length === 0, "the last withdrawal");
});

test("requests are counted by rule and service, and logged", async (context) => {
  const { plane, admin, frontdoor } = await open(context, "passthru a\npassthru b\n");
  plane.ended({ line: 1, status: 200, durationMs: 3 });
  plane.ended({ line: 1, status: 503, service: "a", failure: "no instance of a", durationMs: 700 });
  plane.ended({ line: undefined, service: undefined, status: 404, failure: "no rule" });
  const metrics = (await admin("/metrics")).text;
  for (const line of [
    'tavola_frontdoor_rule_requests_total{line="1",code="2xx"} 1',
    'tavola_frontdoor_rule_requests_total{line="1",code="5xx"} 1',
    'tavola_frontdoor_service_failures_total{service="a"} 1',
    'tavola_frontdoor_service_request_seconds_bucket{service="a",le="0.005"} 1',
    'tavola_frontdoor_service_request_seconds_bucket{service="a",le="+Inf"} 2',
    'tavola_frontdoor_requests_total{code="4xx"} 1',
    "tavola_frontdoor_unmatched_requests_total 1",
    'tavola_frontdoor_instances{service="b",state="up"} 0',
  ]) {
    assert.ok(metrics.split("\n").includes(line), line);
  }
  const { traffic, services } = JSON.parse((await admin("/status")).text);
  assert.deepEqual(traffic, { requests: 3, errors: 1, retries: 0, unmatched: 1 });
  assert.deepEqual(services.b.instances, []);
  await frontdoor.close();
  assert.ok(plane.isClosed);
});

test("a webhook makes it look at once, if it is signed", async (context) => {
  const secret = "hush";
  const slow = { "rules-poll-interval": "1hrs", "webhook-secret": secret };
  const { plane, write, admin } = await open(context, "passthru a\n", slow);
  write("passthru b\n");
  assert.equal((await admin("/webhook", { method: "POST", body: "{}" })).status, 403);
  assert.equal((await admin("/webhook")).status, 405);
  const digest = createHmac("sha256", secret).update("{}").digest("hex");
  const headers = { "X-Hub-Signature-256": `sha256=${digest}` };
  assert.equal((await admin("/webhook", { method: "POST", body: "{}", headers })).status, 202);
  await waitUntil(() => plane.rules?.rules[0]?.text === "passthru b", "the new rules");
});

test("a certificate that ends soon is a trouble and a metric", async (context) => {
  const certificates = await certificateFolder();
  if (certificates === undefined) return context.skip("openssl");
  context.after(() => certificates.remove());
  await certificates.write("a", ["a.example.com"], { days: 2 });
  await certificates.write("b", ["b.example.com"], { days: 90 });
  const flags = { "https-port": "0", certificates: certificates.path };
  const { admin } = await open(context, "respond 204\n", flags);
  const ending = async (): Promise<readonly string[]> =>
    JSON.parse((await admin("/status")).text).troubles.filter((each: string) => /ends/.test(each));
  const [trouble, ...others] = await ending();
  assert.match(trouble ?? "", /^the certificate .*\/a\.pem for a\.example\.com ends at 20/);
  assert.deepEqual(others, []);
  const { text } = await admin("/metrics");
  const seconds = Number(/^tavola_frontdoor_certificates_end_seconds (.+)$/m.exec(text)?.[1]);
  assert.ok(seconds > 86_400 && seconds <= 2 * 86_400, String(seconds));
});

test("flags that make no sense are refused before anything is opened", async (context) => {
  await assert.rejects(open(context, "", { "commit-status": "github" }), /--commit_status needs/);
  await assert.rejects(open(context, "", { rules: "ssh://x/y" }), /is no place of rules/);
});
