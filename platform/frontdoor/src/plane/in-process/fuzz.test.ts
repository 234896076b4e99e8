import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import fc from "fast-check";
import { request } from "../testing/contract-test.ts";
import { answerOf, connectHttp2 } from "../testing/http2-client.ts";
import { planeFixture } from "../testing/plane-fixture.ts";
import { plainAnswer } from "../testing/raw-backend.ts";
import { webSocketRequest } from "../testing/websocket-words.ts";
import { createInProcessPlane } from "./create-in-process-plane.ts";

/** How much of it is tried; a person may ask for more. */
const numRuns = Number(process.env["TAVOLA_FUZZ_RUNS"] ?? 60);

const requestPieces = fc.constantFrom(
  ...[
    "GET ",
    "POST ",
    "/x",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    "Host: a\r\n",
    "\r\n",
    "\r\n\r\n",
    "\n",
  ],
  ...[
    "Content-Length: 3\r\n",
    "Transfer-Encoding: chunked\r\n",
    "3\r\nabc\r\n",
    "0\r\n\r\n",
    "abc",
  ],
  ...[
    "Expect: 100-continue\r\n",
    "Connection: Upgrade\r\nUpgrade: x\r\n",
    "Connection: close\r\n",
    "\0",
  ],
  ...[
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\0\0\0\x04\0\0\0\0\0",
    "GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
  ],
);
const answerPieces = fc.constantFrom(
  ...[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n",
  ],
  ...[
    "HTTP/1.1 304 N\r\n",
    "HTTP/1.0 200 OK\r\n",
    "Content-Length: 3\r\n",
    "Connection: close\r\n",
  ],
  ...[
    "Transfer-Encoding: chunked\r\n",
    "3\r\nabc\r\n",
    "0\r\n\r\n",
    "abc",
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\0",
  ],
  ...["X: y\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"],
);

/**
 * Answers that are ones, with what Node's HTTP/2 throws at when it is to say it: fields of connections,
 * names twice, statuses without a body, and trailers of both.
 */
const oddFields = fc.array(
  fc.constantFrom(
    ...["HTTP2-Settings: x", "TE: gzip", "Proxy-Connection: x", "Keep-Alive: x", "Upgrade: x"],
    ...[
      "Content-Type: a",
      "Age: 1",
      "ETag: a",
      "Date: x",
      "Host: a",
      "Set-Cookie: a",
      "X: \x80\xff",
    ],
    ...["Status: 200", "Connection: x, close", "Trailer: ETag", "Location: /\u00e9"],
  ),
  { maxLength: 5 },
);
const statuses = fc.constantFrom(101, 103, 200, 204, 205, 206, 304, 404, 503, 599);
const oddAnswers = fc
  .tuple(fc.boolean(), statuses, oddFields, oddFields)
  .map(([isInformed, status, fields, trailers]) => {
    const lines = (each: readonly string[]): string => each.map((line) => `${line}\r\n`).join("");
    const interim = isInformed ? `HTTP/1.1 103 Early\r\n${lines(trailers)}\r\n` : "";
    const head = `HTTP/1.1 ${status} Odd\r\nTransfer-Encoding: chunked\r\n${lines(fields)}\r\n`;
    return [`${interim}${head}`, `3\r\nabc\r\n0\r\n${lines(trailers)}\r\n`];
  });

describe("whatever is sent", () => {
  test("by clients, the next client is served", async (context) => {
    const fixture = await planeFixture(context, createInProcessPlane);
    assert.ok(fixture !== undefined, "this plane is always there");
    const backend = await fixture.backend();
    await fixture.serve({ web: [backend] });
    await fixture.rules("REQUEST_URI=/* passthru web max-body=5B mirror=web");
    const sent = fc.array(requestPieces, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sent, async (pieces) => {
        const hostile = fixture.client();
        for (const piece of pieces) hostile.write(piece);
        hostile.socket.end();
        const honest = fixture.client();
        honest.write(request("/honest", "Connection: close\r\n"));
        assert.equal((await honest.answer()).body, "backend");
        hostile.socket.destroy();
      }),
      { numRuns },
    );
  });

  test("by instances, a client of HTTP/2 is answered or its stream is reset", async (context) => {
    let answers: readonly string[] = [];
    const fixture = await planeFixture(context, createInProcessPlane);
    assert.ok(fixture !== undefined, "this plane is always there");
    const backend = await fixture.backend({
      answer: (_seen, socket) => {
        for (const piece of answers) socket.write(piece, "latin1");
        socket.end();
      },
    });
    await fixture.serve({ web: [backend] });
    await fixture.rules(
      "REQUEST_URI=/honest respond 200 fine\nREQUEST_URI=/* passthru web retries=0",
    );
    const client = connectHttp2(fixture.plane.urls[0] as string);
    context.after(() => client.close());
    await once(client.session, "remoteSettings");
    const kinds = fc.constantFrom("GET", "HEAD", "PUT", "CONNECT");
    const pieces = fc.oneof(oddAnswers, fc.array(answerPieces, { maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(pieces, kinds, async (some, method) => {
        answers = some;
        const asked =
          method === "CONNECT" ? webSocketRequest : { ":method": method, ":path": "/x" };
        const stream = client.open(asked, { hasBody: method === "PUT" || method === "CONNECT" });
        if (method === "PUT") stream.end("body");
        await answerOf(stream);
        assert.equal((await client.ask({ ":path": "/honest" })).body, "fine");
      }),
      { numRuns },
    );
  });

  test("by instances, a client is answered or cut off", async (context) => {
    let answers: readonly string[] = [];
    const fixture = await planeFixture(context, createInProcessPlane);
    assert.ok(fixture !== undefined, "this plane is always there");
    const backend = await fixture.backend({
      answer: ({ target }, socket) => {
        if (target === "/honest") socket.write(plainAnswer("honest"));
        else {
          for (const piece of answers) socket.write(piece, "latin1");
          socket.end();
        }
      },
    });
    await fixture.serve({ web: [backend] });
    await fixture.rules("REQUEST_URI=/* passthru web retries=0 mirror=web");
    const kinds = fc.constantFrom("GET", "HEAD", "POST", "UPGRADE");
    await fc.assert(
      fc.asyncProperty(fc.array(answerPieces, { maxLength: 8 }), kinds, async (pieces, kind) => {
        answers = pieces;
        const method = kind === "UPGRADE" ? "GET" : kind;
        const fields = kind === "UPGRADE" ? "Connection: upgrade\r\nUpgrade: x\r\n" : "";
        const asked = fixture.client({ method });
        const closes = kind === "UPGRADE" ? "" : "Connection: close\r\n";
        const body = kind === "POST" ? "Content-Length: 0\r\n" : "";
        asked.write(request("/x", fields + closes + body, method));
        await asked.until((text) => /^HTTP\/1\.1 [2-5]/m.test(text));
        const honest = fixture.client();
        honest.write(request("/honest"));
        assert.equal((await honest.answer()).body, "honest");
        asked.socket.destroy();
        honest.socket.destroy();
      }),
      { numRuns },
    );
  });
});
