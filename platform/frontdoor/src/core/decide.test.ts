import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileRules, decideBy } from "./decide.ts";
import { explain } from "./explain.ts";
import { meetsAll } from "./match-rule.ts";
import type { Rule } from "./rule.ts";
import { parsedRules } from "./testing/parsed-rules.ts";
import { requestFacts, type WrittenRequest } from "./testing/request-facts.ts";

/** The line that decides, and what is handed on; 0: none does. */
function decided(text: string, request: WrittenRequest): readonly [number, string] {
  const decision = compileRules(parsedRules(text)).decide(requestFacts(request));
  return decision.rule === undefined
    ? [0, decision.why]
    : [decision.rule.line, decision.location ?? decision.uri];
}

const matches = (conditions: string, request: WrittenRequest): boolean =>
  decided(`${conditions} passthru a`, request)[0] === 1;

test("the first line decides all of whose conditions are met", () => {
  const text = "REQUEST_URI=/a* HTTP_HOST=x.com passthru a\nREQUEST_URI=/a* passthru b\npassthru c";
  assert.equal(decided(text, { uri: "/a", host: "x.com" })[0], 1);
  assert.equal(decided(text, { uri: "/a", host: "y.com" })[0], 2);
  assert.equal(decided(text, { uri: "/b", host: "x.com" })[0], 3);
  assert.deepEqual(decided("REQUEST_URI=/a passthru a", { uri: "/b" }), [0, "no line"]);
  assert.deepEqual(decided("", {}), [0, "no line"]);
});

test("every variable is what its name says", () => {
  assert.ok(matches("REQUEST_URI=/a?b=1", { uri: "/a?b=1" }));
  assert.ok(!matches("REQUEST_URI=/a", { uri: "/a?b=1" }));
  assert.ok(matches("REQUEST_PATH=/a", { uri: "/%61?b=1" }));
  assert.ok(matches("REQUEST_PATH=/a%zz/é", { uri: "/%61%zz/%C3%A9" }));
  assert.ok(matches("QUERY_STRING=b=1", { uri: "/a?b=1" }));
  assert.ok(matches("QUERY_STRING=", { uri: "/a" }));
  assert.ok(matches("HTTP_HOST=*.EXAMPLE.com", { host: "api.example.com" }));
  assert.ok(matches("HTTP_HOST=example.com", { host: "example.com." }));
  assert.ok(matches("REQUEST_METHOD=GET|HEAD", { method: "HEAD" }));
  assert.ok(!matches("REQUEST_METHOD!=GET|HEAD", { method: "HEAD" }));
  assert.ok(matches("HTTPS=ON", { isTls: true }));
  assert.ok(matches("HTTPS=off", { isTls: false }));
  assert.ok(matches("SERVER_PROTOCOL=HTTP/1*", {}));
  assert.ok(matches("HTTP_X_TENANT=a*", { headers: { "x-tenant": "acme" } }));
  assert.ok(matches("HTTP_X_TENANT=", {}));
  assert.ok(!matches("HTTP_X_TENANT!=", {}));
  assert.ok(matches("COOKIE_sid=1", { headers: { cookie: 'a=2; sid="1"; sid=3' } }));
  assert.ok(matches("QUERY_v=1+1=2", { uri: "/?a&v=1%2b1=2&v=3" }));
  assert.ok(matches("REMOTE_ADDR=10.0.0.0/8", { remoteAddress: "::ffff:10.1.2.3" }));
  assert.ok(matches("REMOTE_ADDR=10.1.*", { remoteAddress: "::ffff:10.1.2.3" }));
  assert.ok(!matches("REMOTE_ADDR=10.0.0.0/8", { remoteAddress: "11.1.2.3" }));
  assert.ok(matches("REMOTE_ADDR=2001:db8::/32", { remoteAddress: "2001:0db8:1::%eth0" }));
  assert.ok(!matches("REMOTE_ADDR=0.0.0.0/0|::/0", { remoteAddress: "" }));
});

test("a star takes any run of characters, and pieces do not overlap", () => {
  assert.ok(matches("REQUEST_URI=/a*a", { uri: "/aa" }));
  assert.ok(!matches("REQUEST_URI=/a*a", { uri: "/a" }));
  assert.ok(matches("REQUEST_URI=*/x/*/y", { uri: "/x/x/y" }));
  assert.ok(!matches("REQUEST_URI=/x*/y/*y", { uri: "/x/y/" }));
  assert.ok(matches("REQUEST_URI=*", { uri: "*" }));
});

test("a rewrite changes the path for the lines below it only", () => {
  const text = `
    REQUEST_URI=/new/* passthru a
    REQUEST_URI=/old/*?*  rewrite /new/*?from=old&*
    REQUEST_PATH=/old/* rewrite /new/*
    REQUEST_URI=/new/* passthru b
  `;
  assert.deepEqual(decided(text, { uri: "/new/x" }), [2, "/new/x"]);
  assert.deepEqual(decided(text, { uri: "/old/x?y=1" }), [5, "/new/x?from=old&y=1"]);
  assert.deepEqual(decided(text, { uri: "/old/a%20b%3fc" }), [5, "/new/a%20b%3Fc"]);
  assert.deepEqual(decided("REQUEST_PATH=/a* rewrite /b*\npassthru c", { uri: "/a%2f?x=%61" }), [
    2,
    "/b/?x=%61",
  ]);
});

test("a request is rewritten a bounded number of times, and does not grow without end", () => {
  const often = "rewrite /a\n".repeat(17);
  assert.deepEqual(decided(`${often}passthru a`, {}), [0, "rewritten too often"]);
  assert.deepEqual(decided(`${"rewrite /a\n".repeat(16)}passthru a`, {})[0], 17);
  const grows = `REQUEST_URI=/* rewrite /${"x".repeat(30_000)}*\n`.repeat(4);
  assert.deepEqual(decided(`${grows}passthru a`, {}), [0, "rewritten too often"]);
});

test("a rewrite does not lead a client out of the path that it rewrites to", () => {
  const text = "REQUEST_URI=/x* rewrite /y/*\nREQUEST_PATH=/p* rewrite /q/*\npassthru a";
  const out = [0, "rewritten out of its path"];
  for (const uri of ["/x../admin", "/x.", "/x%2e%2e/a", "/x..;/a", "/x..%2fa", "/p%2e./a"]) {
    assert.deepEqual(decided(text, { uri }), out, uri);
  }
  for (const uri of ["/x...", "/xa?b=../..", "/x.well-known", "/x..a/b"]) {
    assert.deepEqual(decided(text, { uri }), [3, uri.replace("/x", "/y/")], uri);
  }
});

test("strip takes whole segments, and what is left begins with one slash", () => {
  const strip = (uri: string) => decided("passthru a strip=/api", { uri })[1];
  assert.equal(strip("/api/x?y"), "/x?y");
  assert.equal(strip("/api"), "/");
  assert.equal(strip("/api?x"), "/?x");
  assert.equal(strip("/apix"), "/apix");
  assert.equal(strip("/api//evil.com"), "/evil.com");
});

test("no part of a request chooses the host of a redirect, but its own host", () => {
  const to = (text: string, request: WrittenRequest) => decided(text, request)[1];
  const https = "HTTPS=off redirect 301 https://%{HTTP_HOST}%{REQUEST_URI}";
  assert.equal(to(https, { uri: "/a?b", host: "x.com" }), "https://x.com/a?b");
  const star = "REQUEST_URI=/old* redirect https://example.com*";
  assert.equal(to(star, { uri: "/old/a" }), "https://example.com/a");
  assert.equal(to(star, { uri: "/old.evil.com" }), "https://example.com/.evil.com");
  assert.equal(to(star, { uri: "/old@evil.com" }), "https://example.com/@evil.com");
  const path = "REQUEST_URI=/old/* redirect /*";
  assert.equal(to(path, { uri: "/old//evil.com" }), "/evil.com");
  assert.equal(to(path, { uri: "/old/\\evil.com" }), "/evil.com");
  assert.equal(
    to("REQUEST_PATH=/a/* redirect /b/*", { uri: "/a/%0d%0aX:%20y?q" }),
    "/b/%0D%0AX:%20y?q",
  );
});

test("what REQUEST_PATH could not decode goes on as it came", () => {
  const to = (uri: string) => decided("REQUEST_PATH=/a/* rewrite /b/*\npassthru a", { uri })[1];
  assert.equal(to("/a/caf%E9"), "/b/caf%E9");
  assert.equal(to("/a/%25E9%E9/%c3%a9%C3?%E9"), "/b/%25E9%E9/%C3%A9%C3?%E9");
  const twice = "REQUEST_PATH=/a/* rewrite /b/*\nREQUEST_PATH=/*/* rewrite /*/c/*\npassthru a";
  assert.equal(decided(twice, { uri: "/a/%E9%20%25" })[1], "/b/c/%E9%20%25");
});

test("a byte that is no UTF-8 hides nothing from REQUEST_PATH", () => {
  const rules = "REQUEST_PATH=/admin* respond 403\npassthru a";
  for (const uri of ["/admi%6e%FF", "/%61%64%6d%69%6e%FF"]) {
    assert.equal(decided(rules, { uri })[0], 1, uri);
  }
});

/** Lines made of few parts, so that they meet the requests below often. */
const conditionTexts = fc.constantFrom(
  "REQUEST_URI=/a*",
  "REQUEST_URI=/a",
  "REQUEST_URI=/a/b*",
  "REQUEST_URI=/a/b*|/c*",
  "REQUEST_URI=*b",
  "REQUEST_URI!=/a*",
  "REQUEST_PATH=/a/*",
  "HTTP_HOST=x.com",
  "HTTP_HOST=*.x.com|*.y.com",
  "HTTP_HOST=*.a.x.com",
  "HTTP_HOST!=x.com",
  "REQUEST_METHOD=GET",
  "REQUEST_METHOD=POST|PUT",
  "HTTP_X_T=1",
  "HTTP_X_T!=1",
  "COOKIE_c=1*",
  "QUERY_q=",
  "REMOTE_ADDR=10.0.0.0/8",
  "REMOTE_ADDR=10.1.0.0/16|::1",
  "REMOTE_ADDR=10.*",
);
const actionTexts = fc.constantFrom(
  "passthru a",
  "passthru b",
  "rewrite /a/b",
  "rewrite /c",
  "respond 403",
);
const ruleTexts = fc
  .tuple(fc.array(conditionTexts, { minLength: 1, maxLength: 3 }), actionTexts)
  .map(([conditions, action]) => `${conditions.join(" ")} ${action}`);
const requests = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE"),
  uri: fc.constantFrom("/", "/a", "/a/b", "/a/b/c", "/c", "/%61/x", "/a?q=1", "/ab", "/d/b"),
  host: fc.constantFrom("x.com", "b.x.com", "c.a.x.com", "y.com", "z.y.com", "x.com."),
  headers: fc.constantFrom<Record<string, string>>({}, { "x-t": "1" }, { cookie: "c=12" }),
  remoteAddress: fc.constantFrom("10.1.2.3", "10.2.3.4", "::1", "::ffff:10.1.0.1", "192.0.2.1"),
});

/** The slow way: one line after the other. */
function oracle(rules: readonly Rule[], request: WrittenRequest) {
  return decideBy(rules, requestFacts(request), (values, from) => {
    const found = rules.findIndex((rule, at) => at >= from && meetsAll(rule, values));
    return found < 0 ? rules.length : found;
  });
}

test("the index finds the line that one finds who asks each", () => {
  fc.assert(
    fc.property(
      fc.array(ruleTexts, { maxLength: 60 }),
      fc.array(requests, { minLength: 1, maxLength: 8 }),
      (lines, asked) => {
        const rules = parsedRules(lines.join("\n"));
        const decider = compileRules(rules);
        for (const request of asked) {
          const expected = oracle(rules, request);
          assert.deepEqual(decider.decide(requestFacts(request)), expected);
          assert.deepEqual(explain(rules, requestFacts(request)).decision, expected);
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** How many headers a decision reads, as a measure of the lines that it asks. */
function linesAsked(lines: readonly string[], request: WrittenRequest): number {
  const rules = parsedRules(lines.map((line) => `${line} HTTP_X_COUNTED=1 passthru a`).join("\n"));
  let asked = 0;
  const facts = {
    ...requestFacts(request),
    header(name: string) {
      if (name === "x-counted") asked += 1;
      return undefined;
    },
  };
  compileRules(rules).decide(facts);
  return asked;
}

test("of 2,000 lines few are asked, whatever tells them apart", () => {
  const many = (line: (n: number) => string) => Array.from({ length: 2000 }, (_, n) => line(n));
  const cases: readonly (readonly [(n: number) => string, WrittenRequest])[] = [
    [(n) => `REQUEST_URI=/service-${n}/*`, { uri: "/service-77/x" }],
    [(n) => `REQUEST_PATH=/service-${n}`, { uri: "/service-77" }],
    [(n) => `HTTP_HOST=*.h${n}.com`, { host: "a.h77.com" }],
    [(n) => `REQUEST_URI=/api/* HTTP_HOST=h${n}.com`, { uri: "/api/x", host: "h77.com" }],
    [(n) => `HTTP_HOST=h${n % 20}.com REQUEST_URI=/s${n}/*`, { uri: "/s77/x", host: "h17.com" }],
    [(n) => `REQUEST_URI=/api/* HTTP_X_TENANT=t${n}`, { uri: "/api/x" }],
    [(n) => `REMOTE_ADDR=10.${n >> 8}.${n & 255}.0/24`, { remoteAddress: "10.1.7.3" }],
  ];
  for (const [line, request] of cases) {
    assert.ok(linesAsked(many(line), request) <= 20, line(77));
  }
});

test("a line for each of 20,000 headers is compiled in one go, not one by one with all others", () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `HTTP_X${n}=1 passthru a`);
  const facts = requestFacts({ headers: { x19999: "1" } });
  assert.equal(compileRules(parsedRules(lines.join("\n"))).decide(facts).rule?.line, 20_000);
});

test("names that objects have by nature are names like others", () => {
  const text = "QUERY___proto__=1 HTTP_CONSTRUCTOR= passthru a";
  assert.equal(decided(text, { uri: "/?__proto__=1" })[0], 1);
});
