/**
 * Whatever announcements say, other services are served on, by the same process: no word of theirs
 * becomes one of HAProxy's, and none of them makes a plane begin anew.
 */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLogger } from "@tavola/host";
import fc from "fast-check";
import { type Announced, instancesOf } from "../core/instances-of.ts";
import type { DataPlane } from "./data-plane.ts";
import { createHaproxyPlane } from "./haproxy/haproxy-plane.ts";
import { haproxyBinary, haproxyMissing } from "./haproxy/testing/find-haproxy.ts";
import { createInProcessPlane } from "./in-process/create-in-process-plane.ts";
import type { PlaneOptions } from "./plane-options.ts";
import { request } from "./testing/contract-test.ts";
import { type PlaneFixture, planeFixture } from "./testing/plane-fixture.ts";

/** How much of it is tried; a person may ask for more. */
const numRuns = Number(process.env["TAVOLA_FUZZ_RUNS"] ?? 30);

const rules = "REQUEST_URI=/odd* passthru odd connect-timeout=50ms timeout=50ms\npassthru web\n";

const pieces = fc.constantFrom(
  ...["127.0.0.1", "[::1]", "[::]", "0.0.0.0", "[::ffff:127.0.0.1]", "1", "0x7f.1", "localhost"],
  ...["%31", "xn--bcher-kva.invalid", "bücher.invalid", "a_b", "-", ".", "..", "a.", "*", "~"],
  ...[":0", ":1", ":65535", ":65536", ":+80", ":", "@", "user:pass@", "/", "//", "?", "#", "\\"],
  ...[
    "unix@/tmp/x",
    "fd@3",
    "abns@x",
    "sockpair@3",
    "ipv4@127.0.0.1",
    "quic4@127.0.0.1",
    "\x24{HOME}",
  ],
  ...[
    "'",
    '"',
    "`",
    "$",
    "$(id)",
    "{",
    "}",
    "(",
    ")",
    ",",
    ";",
    "|",
    "&",
    "!",
    "=",
    "%",
    "%%",
    "^",
  ],
  ...[" ", "\n", "\r\n", "\t", "\0", "\u2028", "\x7f", "\x1b", "%0a", "%20", "%00", "é", "💥"],
  ...["; shutdown sessions server", "\n  server x 127.0.0.1:1", "weight 0", "disabled", "#"],
  "x".repeat(300),
);
const text = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(""));
const uri = fc
  .tuple(fc.constantFrom("http://", "https://", "HTTP:", "https:/", "ftp://", "unix:", ""), text)
  .map((parts) => parts.join(""));
const announced: fc.Arbitrary<Announced> = fc.record({
  id: text,
  uri,
  weight: fc.constantFrom(0, 1, 0.5, 5e-324, 1e308, 257, 1e-9, Number.MAX_SAFE_INTEGER),
  zone: fc.option(text, { nil: undefined }),
});

/** Each of them is one that some parser has taken for more than a name. */
const chosen = [
  ...[
    "http://127.0.0.1:0",
    "https://[::1]:0",
    "http://a'b.localhost:81",
    "https://a;help;.localhost",
  ],
  ...[
    "https://a)(.localhost",
    'https://a"b.localhost',
    "https://\x24{HOME}.localhost",
    "https://a,b/",
  ],
  ...["https://%24%7BHOME%7D:81", "https://*:81", "https://1.2.3.4.:81", "https://a`b:81"],
].map((each, at): Announced => ({ id: String(at), uri: each, weight: 1, zone: "'\n" }));

interface Served {
  readonly fixture: PlaneFixture;
  /** What was logged above information, but that a name is nobody's. */
  readonly complaints: readonly string[];
}

async function serve(
  context: TestContext,
  create: (options: PlaneOptions) => Promise<DataPlane>,
): Promise<Served> {
  const complaints: string[] = [];
  const complain = (_details: unknown, message = ""): void => {
    if (!message.startsWith("cannot resolve")) complaints.push(message);
  };
  const logger = { ...silentLogger, warn: complain, error: complain };
  const fixture = await planeFixture(context, create, { logger, zone: "here" });
  assert.ok(fixture !== undefined);
  await fixture.rules(rules);
  return { fixture, complaints };
}

/** One connection asks all the time: whoever begins anew drops it. */
async function stayServed({ fixture, complaints }: Served): Promise<void> {
  const web = await fixture.backend({ name: "web" });
  const asked = fixture.client();
  const tell = async (odd: readonly Announced[]): Promise<void> => {
    await fixture.serve({ web: [web], odd: instancesOf(odd) });
    asked.write(request("/x"));
    assert.equal((await asked.answer()).body, "web");
    const strange = fixture.client();
    strange.write(request("/odd", "Connection: close\r\n"));
    assert.match(await strange.ended(), /^HTTP\/1\.1 \d{3} /);
    assert.deepEqual(complaints, []);
  };
  for (const each of chosen) await tell([each]);
  await tell(chosen);
  await fc.assert(fc.asyncProperty(fc.array(announced, { maxLength: 8 }), tell), { numRuns });
  assert.ok(!asked.isOver);
}

test("in process: whatever is announced, others are served", async (context) => {
  await stayServed(await serve(context, createInProcessPlane));
});

test("by HAProxy: whatever is announced, others are served, by the same process", {
  skip: haproxyMissing,
}, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const create = (options: PlaneOptions): Promise<DataPlane> =>
    createHaproxyPlane({ ...options, folder, binary: haproxyBinary });
  await stayServed(await serve(context, create));
});
