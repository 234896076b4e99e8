/** Both planes give the same answers by the same rules, whatever the rules and requests are. */

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parseRules } from "../core/parse-rules.ts";
import { createHaproxyPlane } from "./haproxy/haproxy-plane.ts";
import { haproxyBinary, haproxyMissing } from "./haproxy/testing/find-haproxy.ts";
import { createInProcessPlane } from "./in-process/create-in-process-plane.ts";
import { allValues } from "./testing/message-reader.ts";
import { type PlaneFixture, planeFixture } from "./testing/plane-fixture.ts";
import { plainAnswer } from "./testing/raw-backend.ts";

/** How much of it is tried; a person may ask for more. */
const numRuns = Number(process.env["TAVOLA_FUZZ_RUNS"] ?? 8);
const requestsOfRules = 12;

const is = fc.constantFrom("=", "=", "!=");
const path = fc.constantFrom(
  ...[
    "/*",
    "/a*",
    "/a/*",
    "/a",
    "*",
    "*/b*",
    "/old/*",
    "/x*",
    '"/a b*"',
    "/a*|/x/*",
    "*?q=*",
    "/*/*",
  ],
  ...["/a$b*", '"/a%20b"', "/A*", "/%61*", "/\\*"],
);
const conditionOf = (name: string, patterns: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(is, fc.constantFrom(...patterns)).map(([sign, pattern]) => `${name}${sign}${pattern}`);
const condition = fc.oneof(
  fc.tuple(fc.constantFrom("REQUEST_URI", "REQUEST_PATH"), is, path).map((words) => words.join("")),
  conditionOf("HTTP_HOST", [
    "www.example.com",
    "*.example.com",
    "EXAMPLE.com",
    "*",
    "[::1]",
    "a.*",
  ]),
  conditionOf("REQUEST_METHOD", ["GET", "POST", "GET|HEAD", "P*"]),
  conditionOf("QUERY_STRING", ["q=1", "*q=1*", "", "x*"]),
  conditionOf("REMOTE_ADDR", ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8", "127.*", "::1", "::/0"]),
  conditionOf("HTTPS", ["on", "off"]),
  conditionOf("SERVER_PROTOCOL", ["HTTP/1.1", "HTTP/1.*", "HTTP/2.0"]),
  conditionOf("HTTP_X_TENANT", ["t1", "t*", "", "*,*", '"t 1"', "}"]),
  conditionOf("COOKIE_c", ["1", "*", "", '"a b"']),
  conditionOf("QUERY_q", ["1", "a", ""]),
);
const action = fc.constantFrom(
  ...["passthru a", "passthru b:f strip=/a", "passthru none", "passthru a max-body=3B"],
  ...["passthru a set-header=X-Set:1 remove-header=Server", 'passthru a set-header="X-Set: a%b"'],
  ...[
    "split a=1,b:f=0 sticky=k",
    "split b:f=3",
    "rewrite /x/y?z=1",
    "rewrite /a",
    "rewrite /a%20b",
  ],
  ...["redirect /there", "redirect 301 https://%{HTTP_HOST}%{REQUEST_URI}", "redirect 307 /q?x=1"],
  ...[
    "respond 418 hello",
    `respond 200 "50% $HOME \\"q\\" it's"`,
    "respond 204",
    'respond 503 "é\\n"',
  ],
);
const withStars = fc
  .tuple(
    fc.constantFrom("/*", "/old/*", "/a*", "/x/*"),
    fc.constantFrom(
      "rewrite /new/*",
      "rewrite /*",
      "redirect /there/*",
      "redirect https://x.test*",
    ),
  )
  .map(([pattern, what]) => `REQUEST_URI=${pattern} ${what}`);
const rule = fc.oneof(
  fc
    .tuple(fc.array(condition, { maxLength: 3 }), action)
    .map(([all, what]) => [...all, what].join(" ")),
  withStars,
);

interface Asked {
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  readonly host: string;
  readonly fields: readonly string[];
  readonly body: string;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  method: fc.constantFrom("GET", "GET", "POST", "HEAD", "PUT", "OPTIONS"),
  target: fc.constantFrom(
    ...[
      "/",
      "/a",
      "/a/",
      "/a/b/c",
      "/a%20b",
      "/a%2fb",
      "/%61",
      "/old/x",
      "/x/y?q=1",
      "/x?",
      "/x?q=%61",
    ],
    ...["/ab", "/a?x=/a/b", "/a;p=1", "/a//b", "/A", "/a$b", "/a%%b", "/*", "/%C3%A9", "/{x}"],
  ),
  protocol: fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"),
  host: fc.constantFrom(
    "www.example.com",
    "example.com:8080",
    "EXAMPLE.com",
    "a.b.example.com.",
    "[::1]:80",
  ),
  fields: fc.subarray([
    ...["X-Tenant: t1", "X-Tenant: t 1", "X-Tenant: }", "Cookie: c=1; d=2", 'Cookie: c="a b"'],
    ...["User-Agent: x", "X-Forwarded-For: 192.0.2.7"],
  ]),
  body: fc.constantFrom("", "abc", "abcdef"),
});

/** What a client sees, but for words of our own, which planes may choose. */
async function seenBy(plane: PlaneFixture, { method, target, ...rest }: Asked): Promise<unknown> {
  const { protocol, host, fields, body } = rest;
  const hasBody = method === "POST" || method === "PUT";
  const length = hasBody ? [`Content-Length: ${body.length}`] : [];
  const head = [`${method} ${target} ${protocol}`, `Host: ${host}`, ...fields, ...length];
  const client = plane.client({ method });
  client.write(`${head.join("\r\n")}\r\nConnection: close\r\n\r\n${hasBody ? body : ""}`);
  const answer = await client.answer();
  const isOurs = answer.status === 413 || (answer.status > 300 && answer.status < 400);
  const of = (name: string): string => allValues(answer.fields, name).join();
  return {
    status: answer.status,
    body: isOurs || method === "HEAD" ? "" : answer.body,
    fields: ["location", "set-cookie", "x-set", "server", "retry-after"].map(of),
  };
}

async function furnished(plane: PlaneFixture | undefined): Promise<PlaneFixture> {
  assert.ok(plane !== undefined);
  const [a, b] = await Promise.all(
    ["a", "b"].map((name) =>
      plane.backend({
        answer: ({ method, target, body }, socket) => {
          const text = method === "HEAD" ? "" : `${name} ${method} ${target} ${body}`;
          socket.write(plainAnswer(text, "Server: inner\r\n"));
        },
      }),
    ),
  );
  assert.ok(a !== undefined && b !== undefined);
  await plane.serve({ a: [a], "b:f": [b], none: [] });
  return plane;
}

test("both planes answer alike", { skip: haproxyMissing }, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const own = await furnished(await planeFixture(context, createInProcessPlane));
  const driven = await furnished(
    await planeFixture(context, (options) =>
      createHaproxyPlane({ ...options, folder, binary: haproxyBinary }),
    ),
  );
  const requests = fc.array(asked, { minLength: requestsOfRules, maxLength: requestsOfRules });
  const alike = fc.asyncProperty(
    fc.array(rule, { minLength: 1, maxLength: 6 }),
    requests,
    async (lines, all) => {
      const text = lines.join("\n");
      fc.pre(parseRules(text, "alike.rules").errors === undefined);
      await Promise.all([own.rules(text), driven.rules(text)]);
      for (const each of all) {
        const [one, other] = await Promise.all([seenBy(own, each), seenBy(driven, each)]);
        assert.deepEqual(other, one, `${JSON.stringify(each)} by\n${text}`);
      }
    },
  );
  await fc.assert(alike, { numRuns, endOnFailure: true });
});
