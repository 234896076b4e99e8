import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { request } from "../testing/contract-test.ts";
import { planeFixture } from "../testing/plane-fixture.ts";
import { plainAnswer } from "../testing/raw-backend.ts";
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
