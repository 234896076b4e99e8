import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseRules } from "./parse-rules.ts";
import { formatRuleError } from "./rule-error.ts";
import { parsedRules } from "./testing/parsed-rules.ts";

/** The only rule of a text. */
function ruleOf(text: string) {
  const rules = parsedRules(text);
  assert.equal(rules.length, 1);
  return rules[0] as (typeof rules)[number];
}

function errorsOf(text: string): readonly string[] {
  return (parseRules(text, "f").errors ?? []).map(formatRuleError);
}

test("parseRules() reads the line that OpenTable showed", () => {
  const rule = ruleOf("REQUEST_URI=/api/timezone* passthru timezone\n");
  assert.deepEqual(rule, {
    line: 1,
    text: "REQUEST_URI=/api/timezone* passthru timezone",
    conditions: [
      {
        variable: { kind: "uri" },
        isNegated: false,
        patterns: [{ text: "/api/timezone*", pieces: ["/api/timezone", ""], ignoresCase: false }],
      },
    ],
    action: { kind: "passthru", service: "timezone" },
    options: {},
  });
});

test("parseRules() knows every variable", () => {
  const { conditions } = ruleOf(
    "REQUEST_PATH=/a QUERY_STRING=b HTTP_HOST=*.Example.com REQUEST_METHOD=GET|HEAD HTTPS=On " +
      "SERVER_PROTOCOL=HTTP/2* REMOTE_ADDR=10.0.0.0/8|::1 HTTP_X_TENANT!= COOKIE_sid=* QUERY_v=2 passthru a",
  );
  assert.deepEqual(
    conditions.map(({ variable, isNegated }) => [variable, isNegated]),
    [
      [{ kind: "path" }, false],
      [{ kind: "query" }, false],
      [{ kind: "host" }, false],
      [{ kind: "method" }, false],
      [{ kind: "https" }, false],
      [{ kind: "protocol" }, false],
      [{ kind: "address" }, false],
      [{ kind: "header", name: "x-tenant" }, true],
      [{ kind: "cookie", name: "sid" }, false],
      [{ kind: "parameter", name: "v" }, false],
    ],
  );
  assert.deepEqual(conditions[2]?.patterns[0]?.pieces, ["", ".example.com"]);
  assert.equal(conditions[6]?.patterns[0]?.network, "400001010");
  assert.equal(conditions[6]?.patterns[1]?.network?.length, 129);
});

test("parseRules() reads every action", () => {
  const actions = parsedRules(`
    passthru timezone:canary
    split a=95,a:canary=5 sticky=variant
    REQUEST_URI=/old/* rewrite /new/*
    redirect /elsewhere
    REQUEST_URI=/a* redirect 308 https://example.com/b*
    respond 200 '{"ok": true}' type=application/json
    respond 404
  `).map(({ action }) => action);
  assert.deepEqual(actions, [
    { kind: "passthru", service: "timezone:canary" },
    {
      kind: "split",
      shares: [
        { service: "a", weight: 95 },
        { service: "a:canary", weight: 5 },
      ],
      stickyCookie: "variant",
    },
    { kind: "rewrite", to: "/new/*" },
    { kind: "redirect", status: 302, location: "/elsewhere" },
    { kind: "redirect", status: 308, location: "https://example.com/b*" },
    { kind: "respond", status: 200, body: '{"ok": true}', contentType: "application/json" },
    { kind: "respond", status: 404, body: "", contentType: "text/plain; charset=utf-8" },
  ]);
});

test("parseRules() reads every option of what hands requests on", () => {
  const { options } = ruleOf(
    "passthru a strip=/api/ timeout=1.5s connect-timeout=200ms retries=0 rate=30/m max-body=10MB " +
      'concurrency=7 breaker=5/1m mirror=b@10% set-header="X-A: b: c" remove-header=Server',
  );
  assert.deepEqual(options, {
    stripPrefix: "/api",
    timeoutMs: 1500,
    connectTimeoutMs: 200,
    retries: 0,
    ratePerSecond: 0.5,
    bodyBytesMax: 10_000_000,
    concurrencyMax: 7,
    breakerFailures: 5,
    breakerOpenMs: 60_000,
    mirror: { service: "b", percent: 10 },
    responseHeaders: [
      { name: "x-a", value: "b: c" },
      { name: "server", value: undefined },
    ],
  });
});

test("parseRules() takes comments, quotes, escapes, continued lines and other systems' line ends", () => {
  const rules = parsedRules(
    [
      "\uFEFF# all of it",
      "",
      "  \tREQUEST_PATH=/a#b*  \\",
      "   passthru a   # why",
      'HTTP_USER_AGENT="*Mac OS X*" passthru b',
      String.raw`QUERY_STRING=\*\|x|y respond 200 "one\ntwo \"three\" #4"`,
    ].join("\r\n"),
  );
  assert.deepEqual(
    rules.map(({ line, text }) => [line, text]),
    [
      [3, "REQUEST_PATH=/a#b* passthru a"],
      [5, 'HTTP_USER_AGENT="*Mac OS X*" passthru b'],
      [6, String.raw`QUERY_STRING=\*\|x|y respond 200 "one\ntwo \"three\" #4"`],
    ],
  );
  assert.deepEqual(rules[1]?.conditions[0]?.patterns[0]?.pieces, ["", "Mac OS X", ""]);
  assert.deepEqual(
    rules[2]?.conditions[0]?.patterns.map(({ pieces }) => pieces),
    [["*|x"], ["y"]],
  );
  const action = rules[2]?.action;
  assert.equal(action?.kind === "respond" && action.body, 'one\ntwo "three" #4');
});

test("parseRules() says of every mistake where it is and what was expected", () => {
  const text = [
    "REQUEST_URL=/x HTTP_HOST=a.com:80 passthru",
    "REQUEST_URI=x REQUEST_METHOD=get|POST passthru a",
    "REMOTE_ADDR=10.0.0.1/8|nine respond 200",
    'REQUEST_URI="/a passthru b',
    "REQUEST_URI=/a",
    'passthru "a b" timout=3 retries=99',
    "passthru a b",
    "passthrough a",
    "split a=0,b=0",
    "split a=1,a=2",
    "REQUEST_URI=/a* rewrite /b*c*",
    "REQUEST_URI=* redirect https://*.example.com/",
    "redirect 300 /a",
    "redirect //example.com",
    "respond 99",
    "respond 204 body",
    "rewrite /a timeout=5s",
    "passthru a retries=1 retries=2",
    String.raw`passthru \a`,
    'passthru a set-header="Content-Length: 5"',
    "HTTPS=yes passthru a",
    "passthru a strip=api",
    'passthru a set-header="HTTP2-Settings: x"',
  ].join("\n");
  const errors = errorsOf(text).map((error) => error.replace(/; expected .*/s, ""));
  assert.deepEqual(errors, [
    'f:1:1: no variable is called "REQUEST_URL"',
    'f:1:26: "a.com:80" has a port',
    "f:1:43: passthru lacks its argument",
    'f:2:13: no request\'s path begins with "x"',
    'f:2:30: "get" is not a method',
    'f:3:13: "10.0.0.1/8" is not an address',
    'f:3:24: "nine" is not an address',
    'f:4:13: the quote " is not closed in its line',
    "f:5:15: the line has conditions and no action",
    'f:6:11: "a b" is not a service\'s name',
    'f:6:16: no option is called "timout"',
    'f:6:33: "99" is no value of retries',
    'f:7:12: "b" is one word too many',
    'f:8:1: "passthrough" is neither a condition nor an action',
    "f:9:7: every weight is 0",
    "f:10:7: a service has two shares",
    "f:11:29: there is no 2. * in this line's REQUEST_URI or REQUEST_PATH",
    'f:12:24: "https://*.example.com/" is not a location',
    'f:13:10: "300" is not a status of a redirect',
    'f:14:10: "//example.com" is not a location',
    'f:15:9: "99" is not a status to answer with',
    "f:16:13: a 204 has no body",
    "f:17:12: timeout does not go with rewrite",
    "f:18:22: retries is given twice",
    String.raw`f:19:10: \a means nothing`,
    'f:20:24: "Content-Length: 5" is no value of set-header',
    'f:21:7: HTTPS is never "yes"',
    'f:22:18: "api" is no value of strip',
    'f:23:24: "HTTP2-Settings: x" is no value of set-header',
  ]);
  const [first = ""] = errorsOf("REQUEST_URL=/x passthru a");
  assert.match(first, /; expected REQUEST_URI, .*COOKIE_name or QUERY_name$/);
});

test("parseRules() refuses patterns that no request can match, and templates that would send nobody there", () => {
  const text = [
    "HTTP_HOST=https://a.com passthru a",
    "HTTP_HOST=a.com/x|*.b.com passthru a",
    "HTTP_HOST=a.com. passthru a",
    "HTTP_HOST=m\u00fcnchen.de passthru a",
    "REQUEST_METHOD=GET,POST passthru a",
    "SERVER_PROTOCOL=HTTP/2 passthru a",
    'REQUEST_URI="/a b" passthru a',
    "REQUEST_URI!=/a#b passthru a",
    "redirect /x%{QUERY_STRING}",
    "rewrite /a#b",
  ].join("\n");
  assert.deepEqual(errorsOf(text), [
    'f:1:11: "https://a.com" is no host; expected a host alone, without scheme and path; international ones as xn--\u2026',
    'f:2:11: "a.com/x" is no host; expected a host alone, without scheme and path; international ones as xn--\u2026',
    'f:3:11: "a.com." ends with a dot; expected a.com',
    'f:4:11: "m\u00fcnchen.de" is no host; expected a host alone, without scheme and path; international ones as xn--\u2026',
    'f:5:16: "GET,POST" is not a method; expected methods with | between them',
    'f:6:17: no request\'s protocol is "HTTP/2"; expected HTTP/1.0, HTTP/1.1, HTTP/2.0',
    'f:7:14: no request\'s path and query are "/a b"; expected blanks, # and signs beyond ASCII percent-encoded, or REQUEST_PATH, which is decoded',
    'f:8:14: no request\'s path and query are "/a#b"; expected blanks, # and signs beyond ASCII percent-encoded, or REQUEST_PATH, which is decoded',
    "f:9:10: a location has no %{QUERY_STRING}, only %{HTTP_HOST} and %{REQUEST_URI}; expected a path from one /, or http:// or https:// with a host that has no * in it",
    'f:10:9: "/a#b" is not a path; expected a path from one /, with * and a query if need be, and no #',
  ]);
  const fine = [
    "HTTP_HOST=|*|*.Example.com|10.1.*|[2001:DB8::1]|[::*]|a_b passthru a",
    "REQUEST_METHOD=GET|M-SEARCH|X* SERVER_PROTOCOL=HTTP/1.*|HTTP/2.0 passthru a",
    String.raw`REQUEST_URI=/caf%C3%A9*|*/x?a=\*\|\"b passthru a`,
    "REQUEST_PATH=/caf\u00e9* passthru a",
  ].join("\n");
  assert.equal(parseRules(fine, "f").errors, undefined);
});

test("parseRules() refuses what is no rule file", () => {
  assert.match(errorsOf("\0ELF")[0] ?? "", /is not text/);
  const latin1 = Buffer.from(
    "passthru a\nREQUEST_URI=/caf\u00e9* passthru a\n",
    "latin1",
  ).toString();
  assert.match(errorsOf(latin1)[0] ?? "", /:2:1: the line has bytes that are not UTF-8; expected/);
  assert.match(errorsOf(`passthru ${"a".repeat(70_000)}`)[0] ?? "", /line is too long/);
  assert.match(errorsOf("#".repeat(5_000_000))[0] ?? "", /at most/);
  assert.equal(errorsOf("nonsense\n".repeat(500)).length, 100);
  assert.deepEqual(parseRules("", "f"), { rules: [] });
  assert.deepEqual(parseRules("# nothing\n\n", "f"), { rules: [] });
});

test("parseRules() has an answer to any text, with places that are in it", () => {
  const word = fc.oneof(
    fc.constantFrom("REQUEST_URI=/a*", "HTTP_HOST=", "passthru", "split", "rewrite", "redirect"),
    fc.constantFrom(
      "a=1,b=2",
      "/x*",
      "strip=/a",
      '"',
      "'",
      "\\",
      "#",
      "*",
      "|",
      "301",
      "__proto__",
    ),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
  const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n"));
  fc.assert(
    fc.property(text, (written) => {
      const { rules, errors } = parseRules(written, "f");
      assert.notEqual(rules === undefined, errors === undefined);
      const lines = written.split("\n");
      for (const error of errors ?? []) {
        const at = lines[error.line - 1];
        assert.ok(at !== undefined && error.column >= 1 && error.column <= at.length + 2);
        assert.ok(error.message !== "" && error.expected !== "");
      }
    }),
    { numRuns: 1000 },
  );
});
