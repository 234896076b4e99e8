/** What instances do to us, and what clients see of it: an answer that says so, or a cut; never a half as a whole. */

import assert from "node:assert/strict";
import { describe } from "node:test";
import { contractTests, post, request } from "./contract-test.ts";
import { firstValue } from "./message-reader.ts";
import type { CreatePlane, PlaneFixture } from "./plane-fixture.ts";
import { type Answerer, plainAnswer, type RawBackend } from "./raw-backend.ts";
import { waitFor } from "./wait-for.ts";

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

async function web(plane: PlaneFixture, answer: Answerer, options = ""): Promise<RawBackend> {
  const backend = await plane.backend({ answer });
  await plane.serve({ web: [backend] });
  await plane.rules(`REQUEST_URI=/* passthru web ${options}`);
  return backend;
}

/** Of answers that are none. Each ends its connection, so that nobody waits for more of it. */
const garbage: readonly (readonly [title: string, bytes: string])[] = [
  ["no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
  ["a status that is none", "HTTP/1.1 abc OK\r\n\r\n"],
  ["a header without a colon", "HTTP/1.1 200 OK\r\nX\r\nContent-Length: 0\r\n\r\n"],
  ["a header's name with a space", "HTTP/1.1 200 OK\r\nX Y: z\r\nContent-Length: 0\r\n\r\n"],
  ["a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"],
  [
    "two lengths that differ",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
  ],
  ["a NUL in a value", "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n"],
  ["endless headers", `HTTP/1.1 200 OK\r\n${"X: yyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(20_000)}`],
  ["nothing at all", ""],
  ["half a head", "HTTP/1.1 200 OK\r\nContent-"],
];

export function faultsContract(create: CreatePlane): void {
  const test = contractTests(create);
  describe("an instance that fails", () => {
    for (const [title, bytes] of garbage) {
      test(`by ${title}: 502, and it is not asked again by a POST`, async (plane) => {
        const backend = await web(plane, (_seen, socket) => socket.end(bytes, "latin1"));
        const asked = plane.client();
        asked.write(post("/x", "body", "Connection: close\r\n"));
        assert.equal((await asked.answer()).status, 502);
        assert.equal(backend.requests().length, 1);
      });
    }

    test("by never answering: 504, and it is not asked again", async (plane) => {
      const backend = await web(plane, () => {}, "timeout=100ms");
      const asked = plane.client();
      asked.write(request("/x"));
      assert.equal((await asked.answer()).status, 504);
      assert.equal(backend.requests().length, 1);
    });

    test("by closing within a body of a length: the client is cut off", async (plane) => {
      await web(plane, (_seen, socket) => {
        socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
      });
      const asked = plane.client();
      asked.write(request("/x"));
      const received = await asked.ended();
      assert.doesNotMatch(received, /content-length: 4\r\n/i);
      assert.ok(received === "" || received.endsWith("half") || received.includes(" 502 "));
    });

    test("by closing within a body in chunks: the client sees no last chunk", async (plane) => {
      await web(plane, (_seen, socket) => socket.end(`${chunked}4\r\nhalf\r\n`));
      const asked = plane.client();
      asked.write(request("/x"));
      assert.doesNotMatch(await asked.ended(), /\r\n0\r\n\r\n$/);
    });

    test("by chunks that are none: the client sees no last chunk", async (plane) => {
      await web(plane, (_seen, socket) => socket.write(`${chunked}4\r\nhalf\r\nzz\r\n`));
      const asked = plane.client();
      asked.write(request("/x"));
      assert.doesNotMatch(await asked.ended(), /\r\n0\r\n\r\n$/);
    });

    test("by more bytes than its answer has: they are nobody's answer", async (plane) => {
      const evil = plainAnswer("evil");
      let first = true;
      await web(plane, ({ target }, socket) => {
        socket.write(plainAnswer(target) + (first ? evil : ""));
        first = false;
      });
      const asked = plane.client();
      asked.write(request("/1"));
      assert.equal((await asked.answer()).body, "/1");
      for (const target of ["/2", "/3"]) {
        asked.write(request(target));
        assert.equal((await asked.answer()).body, target);
      }
    });

    test("by changing the protocol unasked: 502", async (plane) => {
      await web(plane, (_seen, socket) => {
        socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
      });
      const asked = plane.client();
      asked.write(post("/x", "body"));
      assert.equal((await asked.answer()).status, 502);
    });

    test("by refusing connections: another one gets the request, whatever its method", async (plane) => {
      const [gone, there] = [await plane.backend(), await plane.backend({ name: "there" })];
      await gone.close();
      await plane.serve({ web: [gone, there] });
      await plane.rules("REQUEST_URI=/* passthru web");
      for (let i = 0; i < 12; i += 1) {
        const asked = plane.client();
        asked.write(post("/x", "body"));
        const answer = await asked.answer();
        assert.deepEqual([answer.status, answer.body], [200, "there"]);
        assert.equal(there.requests().at(-1)?.body, "body");
      }
    });

    test("by closing before it answers a GET: another one gets it", async (plane) => {
      const bad = await plane.backend({ answer: (_seen, socket) => socket.end() });
      const good = await plane.backend({ name: "good" });
      await plane.serve({ web: [bad, good] });
      await plane.rules("REQUEST_URI=/* passthru web");
      for (let i = 0; i < 4; i += 1) {
        const asked = plane.client();
        asked.write(request("/x"));
        assert.equal((await asked.answer()).body, "good");
      }
    });

    test("when all refuse connections: 503 with the service's name", async (plane) => {
      const gone = await plane.backend();
      await gone.close();
      await plane.serve({ web: [gone] });
      await plane.rules("REQUEST_URI=/* passthru web");
      const asked = plane.client();
      asked.write(request("/x"));
      const answer = await asked.answer();
      assert.equal(answer.status, 503);
      assert.match(answer.body, /web/);
      assert.notEqual(firstValue(answer.fields, "retry-after"), undefined);
    });

    test("by closing a connection that lay idle: nobody notices", async (plane) => {
      let last: { end(): void; readonly destroyed: boolean } | undefined;
      const backend = await web(plane, (_seen, socket) => {
        last = socket;
        socket.write(plainAnswer("ok"));
      });
      const asked = plane.client();
      for (let i = 0; i < 4; i += 1) {
        asked.write(request("/x"));
        assert.equal((await asked.answer()).body, "ok");
        last?.end();
        await waitFor(
          () => backend.connections.open === 0,
          () => "the connection's end",
        );
      }
    });
  });

  describe("limits of a rule", () => {
    test("of a rate: 429 above it", async (plane) => {
      await web(plane, (_seen, socket) => socket.write(plainAnswer("ok")), "rate=1/h");
      const asked = plane.client();
      asked.write(request("/x"));
      assert.equal((await asked.answer()).status, 200);
      asked.write(request("/x"));
      assert.equal((await asked.answer()).status, 429);
    });

    test("of requests at once: 503 above it, and room again after it", async (plane) => {
      let finish: () => void = () => {};
      const backend = await web(
        plane,
        (_seen, socket) => {
          finish = () => socket.write(plainAnswer("ok"));
        },
        "concurrency=1",
      );
      const first = plane.client();
      first.write(request("/1"));
      await waitFor(
        () => backend.requests().length === 1,
        () => "the first request",
      );
      const second = plane.client();
      second.write(request("/2"));
      assert.equal((await second.answer()).status, 503);
      finish();
      assert.equal((await first.answer()).status, 200);
      await waitFor(
        () => plane.ended.length === 2,
        () => "the first request's end",
      );
      const third = plane.client();
      third.write(request("/3"));
      await waitFor(
        () => backend.requests().length === 2,
        () => "the third request",
      );
      finish();
      assert.equal((await third.answer()).status, 200);
    });

    test("a circuit that opens after failures in a row asks nobody", async (plane) => {
      const backend = await web(
        plane,
        (_seen, socket) => {
          socket.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        },
        "breaker=3/1h retries=0",
      );
      for (let i = 0; i < 6; i += 1) {
        const asked = plane.client();
        asked.write(request("/x"));
        assert.equal((await asked.answer()).status, 503);
        await waitFor(
          () => plane.ended.length === i + 1,
          () => "the request's end",
        );
      }
      assert.equal(backend.requests().length, 3);
    });
  });
}
