/** Whatever rules and announcements say, HAProxy takes the configuration, and none of it for its own words. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { Condition, Pattern, Rule } from "../../core/rule.ts";
import { defaultTimeouts } from "../plane-options.ts";
import { compileRules } from "./compile-rules.ts";
import { quoteArgument } from "./config-text.ts";
import { formatConfig } from "./format-config.ts";
import { checkConfig } from "./testing/check-config.ts";
import { haproxyBinary, haproxyMissing } from "./testing/find-haproxy.ts";

/** Signs that mean something to HAProxy, somewhere. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(..."'\"\\$%{}[]()#,;|&!-~ /*?=:@^<>".split("")),
      fc.constantFrom("a", "Z", "0", "é", "%[src]", "$HOME", " if TRUE", "--", "-f /etc/passwd"),
    ),
    { maxLength: 8 },
  )
  .map((signs) => signs.join(""));

const pattern: fc.Arbitrary<Pattern> = fc
  .array(text, { minLength: 1, maxLength: 3 })
  .map((pieces) => ({ text: pieces.join("*"), pieces, ignoresCase: false }));

const condition: fc.Arbitrary<Condition> = fc.record({
  variable: fc.constantFrom(
    ...(["uri", "path", "query", "host", "method", "https", "protocol"] as const).map((kind) => ({
      kind,
    })),
    { kind: "header" as const, name: "x-kind" },
    { kind: "cookie" as const, name: "c" },
  ),
  isNegated: fc.boolean(),
  patterns: fc.array(pattern, { minLength: 1, maxLength: 3 }),
});

const service = fc.constantFrom("a", "a:b", "a/b.c~d+e", "-f", "--");
const header = fc.record({
  name: fc.constantFrom("x-a", "x'b", "x%c", "$d", "#e"),
  value: fc.option(
    text.filter((value) => /^[ -~]*$/.test(value)),
    { nil: undefined },
  ),
});
const rule: fc.Arbitrary<Omit<Rule, "line">> = fc.record({
  text: fc.constant(""),
  conditions: fc.array(condition, { maxLength: 3 }),
  action: fc.oneof(
    service.map((name) => ({ kind: "passthru" as const, service: name })),
    fc.record({
      kind: fc.constant("split" as const),
      shares: fc.tuple(service, service).map(([one, other]) => [
        { service: one, weight: 3 },
        { service: other, weight: 1 },
      ]),
      stickyCookie: fc.constantFrom("c", "c'd", "%c"),
    }),
    fc.record({
      kind: fc.constant("respond" as const),
      status: fc.constantFrom(200, 204, 404, 599),
      body: text,
      contentType: fc.constantFrom("text/plain; charset=utf-8", "a/b"),
    }),
    text.map((to) => ({ kind: "redirect" as const, status: 302 as const, location: `/a${to}` })),
    text.map((to) => ({ kind: "rewrite" as const, to: `/b${to}*` })),
  ),
  options: fc.record(
    {
      stripPrefix: text.map((prefix) => `/s${prefix}`),
      timeoutMs: fc.integer({ min: 1, max: 86_400_000 }),
      retries: fc.integer({ min: 0, max: 10 }),
      ratePerSecond: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
      bodyBytesMax: fc.integer({ min: 0, max: 2 ** 40 }),
      concurrencyMax: fc.integer({ min: 1, max: 1_000_000 }),
      responseHeaders: fc.array(header, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
});

/** HAProxy is asked by the hundred: a process for each would take minutes. */
const rulesAtOnce = 60;

test("HAProxy takes whatever rules come to", { skip: haproxyMissing }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  try {
    const rules = fc.array(rule, { minLength: rulesAtOnce, maxLength: rulesAtOnce });
    await fc.assert(
      fc.asyncProperty(rules, async (written) => {
        const said = await refusalOf(
          folder,
          written.map((each, at) => ({ ...each, line: at + 1 })),
        );
        assert.equal(said, undefined);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function refusalOf(folder: string, rules: readonly Rule[]): Promise<string | undefined> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const config = formatConfig({ source: "test", rules }, compileRules(rules), {
    folder,
    certificatesFolder: folder,
    timeouts: defaultTimeouts,
    trustedProxies: ["10.0.0.0/8"],
    zone: "a",
    traceSeed: "0".repeat(21),
    connectionsMax: 1_000,
    listen: { ip: "127.0.0.1", httpPort: 65_000, httpsPort: undefined },
    handOnTo: { address: "127.0.0.1:1", token: "t" },
    servers: () => [],
  });
  for (const [name, content] of config.files) await writeFile(join(folder, name), content);
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, config.text);
  return checkConfig(haproxyBinary, file);
}

test("quoteArgument() refuses what would end a line", () => {
  assert.equal(quoteArgument("it's $HOME"), `'it'\\''s $HOME'`);
  for (const sign of ["\n", "\r", "\0", "\t"]) assert.throws(() => quoteArgument(`a${sign}b`));
});
