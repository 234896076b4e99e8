/** What HAProxy is told decides as the decider does, or hands the request on to it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileRules as compileDecider } from "../../core/decide.ts";
import { parsedRules } from "../../core/testing/parsed-rules.ts";
import { requestFacts } from "../../core/testing/request-facts.ts";
import { compileRules } from "./compile-rules.ts";
import { decideCompiled } from "./testing/compiled-decision.ts";

const paths = ["/", "/a", "/a/b", "/api", "/api/x", "/apix", "/old/x", "/new", "/new/x?q=1", "*"];
const hosts = ["a.example.com", "example.com", "b.a.example.com", "localhost", "x.test"];

const uriPattern = fc.constantFrom(
  ...["/", "/a", "/a*", "/a/*", "/api*", "/api/x", "*", "/old/*", "/*/x", "*x", "/a|/api*", "/%61"],
);
const condition = fc.oneof(
  { weight: 6, arbitrary: uriPattern.map((pattern) => `REQUEST_URI=${pattern}`) },
  { weight: 2, arbitrary: uriPattern.map((pattern) => `REQUEST_PATH=${pattern}`) },
  uriPattern.map((pattern) => `REQUEST_URI!=${pattern}`),
  fc
    .constantFrom("a.example.com", "*.example.com", "*.com", "example.com|x.test", "a*", "*t")
    .map((pattern) => `HTTP_HOST=${pattern}`),
  fc.constantFrom("example.com", "*.example.com").map((pattern) => `HTTP_HOST!=${pattern}`),
  fc.constantFrom("GET|HEAD", "P*", "POST").map((pattern) => `REQUEST_METHOD=${pattern}`),
  fc.constantFrom("", "*", "x", "x*", "*y").map((pattern) => `HTTP_X_KIND=${pattern}`),
  fc.constantFrom("", "x*").map((pattern) => `HTTP_X_KIND!=${pattern}`),
  fc.constantFrom("192.0.2.0/24", "2001:db8::/32", "192.*").map((net) => `REMOTE_ADDR=${net}`),
  fc.constantFrom("on", "off", "on|off").map((value) => `HTTPS=${value}`),
  fc.constantFrom("q=1", "").map((pattern) => `QUERY_STRING="${pattern}"`),
  fc.constantFrom("COOKIE_a=1", "QUERY_q=1", "SERVER_PROTOCOL=HTTP/1*"),
);
const action = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("passthru a", "passthru b strip=/a", "respond 204") },
  fc.constantFrom("rewrite /new", "redirect https://%{HTTP_HOST}/x", "split a=1,b=2"),
);
const rewrite = fc.constantFrom("/old/* rewrite /a/*", "/a* rewrite /*", "/api* rewrite /api/x*");
const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.array(condition, { maxLength: 3 }), action)
      .map(([conditions, does]) => [...conditions, does].join(" ")),
  },
  rewrite.map((text) => `REQUEST_URI=${text}`),
);
const request = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT"),
  uri: fc.oneof(
    fc.constantFrom(...paths),
    fc
      .tuple(fc.constantFrom(...paths), fc.constantFrom("", "/x", "?q=1", "%61", "//"))
      .map((each) => each.join("")),
  ),
  host: fc.constantFrom(...hosts, "example.com.", ".example.com", "a..", ""),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { "x-kind": "x" },
    { "x-kind": "xy, x" },
    { "x-kind": "" },
    { cookie: "a=1" },
  ),
  remoteAddress: fc.constantFrom("192.0.2.1", "10.0.0.1", "2001:db8::1"),
  isTls: fc.boolean(),
});

test("the compiled rules decide as the decider does, or hand on", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.array(request, { maxLength: 12 }), checkAll),
    { numRuns: 1500 },
  );
});

function checkAll(
  lines: readonly string[],
  requests: readonly Parameters<typeof requestFacts>[0][],
) {
  const rules = parsedRules(lines.join("\n"));
  const decider = compileDecider(rules);
  const compiled = compileRules(rules);
  for (const written of requests) {
    const facts = requestFacts(written);
    const decided = decideCompiled(compiled, facts);
    if (decided.kind === "handed-on") continue;
    const wanted = decider.decide(facts);
    const found = decided.kind === "rule" ? rules[decided.number - 1] : undefined;
    assert.equal(found, wanted.rule, `${JSON.stringify(written)} by\n${lines.join("\n")}`);
    const isSame = wanted.rule === undefined || found?.options.stripPrefix !== undefined;
    if (decided.kind === "rule" && !isSame) assert.equal(decided.uri, wanted.uri);
  }
}

test("compileRules() looks up what only asks for a prefix and a host, and tests nothing", () => {
  const text = Array.from(
    { length: 2000 },
    (_, at) =>
      `REQUEST_URI=/api/${at}* HTTP_HOST=${at % 2 === 0 ? "*.example.com" : "x.test"} passthru a`,
  ).join("\n");
  const { segments, serviceBackends } = compileRules(parsedRules(text));
  assert.equal(segments.length, 1);
  assert.equal(segments[0]?.tests.length, 0);
  assert.equal(segments[0]?.lookups.length, 2);
  assert.equal(serviceBackends.length, 1);
});

test("compileRules() hands on what HAProxy has no words for, with the reason", () => {
  const text = [
    "REQUEST_URI=/a* passthru a mirror=b",
    "REQUEST_URI=/b* passthru a breaker=5/30s",
    "COOKIE_a=1 passthru a",
    "REQUEST_URI=/*/b rewrite /*/c",
    "REQUEST_URI=/c* redirect /d*",
    `${Array.from({ length: 60 }, (_, at) => `HTTP_X_${at}!=x`).join(" ")} passthru a`,
    `passthru a set-header="X-Long: ${"x".repeat(2000)}"`,
    `redirect /${"x".repeat(5000)}`,
  ].join("\n");
  const { outcomes } = compileRules(parsedRules(text));
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.kind === "handed-on" ? outcome.why : outcome.kind)),
    [
      "mirror",
      "breaker",
      "a condition that HAProxy cannot ask",
      "a rewrite that HAProxy cannot make",
      "a redirect that HAProxy cannot fill in",
      "more conditions than a line has room for",
      "long headers",
      "a redirect that HAProxy cannot fill in",
    ],
  );
});
