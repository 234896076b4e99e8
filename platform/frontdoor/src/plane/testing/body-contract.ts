/** Bodies go through as they come: both ways, to their end, with what stands after it, and never held. */

import assert from "node:assert/strict";
import { describe } from "node:test";
import { contractTests, post, request } from "./contract-test.ts";
import { flushed, muchToRead } from "./flushed.ts";
import { firstValue } from "./message-reader.ts";
import type { CreatePlane, PlaneFixture } from "./plane-fixture.ts";
import { type BackendOptions, plainAnswer, type RawBackend } from "./raw-backend.ts";
import { waitFor } from "./wait-for.ts";

async function web(plane: PlaneFixture, options: BackendOptions = {}): Promise<RawBackend> {
  const backend = await plane.backend(options);
  await plane.serve({ web: [backend] });
  await plane.rules("REQUEST_URI=/* passthru web");
  return backend;
}

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

export function bodyContract(create: CreatePlane): void {
  const test = contractTests(create);
  describe("a request's body", () => {
    test("of a length", async (plane) => {
      const backend = await web(plane);
      const asked = plane.client();
      asked.write(post("/x", "hello"));
      assert.equal((await asked.answer()).status, 200);
      assert.deepEqual(
        [backend.requests()[0]?.method, backend.requests()[0]?.body],
        ["POST", "hello"],
      );
    });

    test("in chunks, with trailers", async (plane) => {
      const backend = await web(plane);
      const asked = plane.client();
      asked.write(request("/x", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", "POST"));
      asked.write("5;extension=1\r\nhello\r\n");
      asked.write("6\r\n world\r\n0\r\nX-Sum: 42\r\n\r\n");
      assert.equal((await asked.answer()).status, 200);
      const [seen] = backend.requests();
      assert.equal(seen?.body, "hello world");
      assert.equal(firstValue(seen?.trailers ?? [], "x-sum"), "42");
    });

    test("piece by piece: the instance has the first before there is a second", async (plane) => {
      const backend = await web(plane);
      const asked = plane.client();
      asked.write(request("/x", "Content-Length: 10\r\n", "PUT"));
      asked.write("first");
      await waitFor(
        () => backend.received().endsWith("first"),
        () => "the first piece",
      );
      asked.write("other");
      assert.equal((await asked.answer()).status, 200);
    });

    test("that nobody reads stops its sender", async (plane) => {
      let instance: { resume(): void } | undefined;
      const backend = await web(plane, {
        head: (_seen, socket) => {
          instance = socket.pause();
        },
      });
      const bytes = 64 * 1024 * 1024;
      const asked = plane.client();
      asked.write(request("/x", `Content-Length: ${bytes}\r\n`, "PUT"));
      await waitFor(
        () => instance !== undefined,
        () => "the head",
      );
      const piece = Buffer.alloc(1024 * 1024, "x");
      let sent = 0;
      // Until the system's buffers on both sides are full, and no more comes through.
      while (sent < bytes && (await flushed(asked.socket, piece))) sent += piece.length;
      assert.ok(sent < bytes, "a body that nobody reads was taken to its end");
      assert.ok(backend.received().length < bytes);
    });

    test("waits for 100, where the client expects one", async (plane) => {
      const backend = await web(plane, {
        head: (_seen, socket) => socket.write("HTTP/1.1 100 Continue\r\n\r\n"),
      });
      const asked = plane.client();
      asked.write(request("/x", "Expect: 100-continue\r\nContent-Length: 5\r\n", "POST"));
      await asked.until((text) => text.includes(" 100 ") && text.includes("\r\n\r\n"));
      assert.equal(backend.requests()[0]?.body, "");
      asked.write("hello");
      assert.equal((await asked.answer()).status, 200);
      assert.equal(backend.requests()[0]?.body, "hello");
    });

    test("that is too long for its rule: 413", async (plane) => {
      const backend = await web(plane);
      await plane.rules("REQUEST_URI=/* passthru web max-body=4B");
      const asked = plane.client();
      asked.write(post("/x", "hello"));
      assert.equal((await asked.answer()).status, 413);
      assert.deepEqual(backend.requests(), []);
    });
  });

  describe("an answer's body", () => {
    test("in chunks, with trailers", async (plane) => {
      await web(plane, {
        answer: (_seen, socket) => {
          socket.write(`${chunked}5\r\nhello\r\n`);
          socket.write("6\r\n world\r\n0\r\nX-Sum: 42\r\n\r\n");
        },
      });
      const asked = plane.client();
      asked.write(request("/x", "TE: trailers\r\n"));
      const answer = await asked.answer();
      assert.equal(answer.body, "hello world");
      assert.equal(firstValue(answer.trailers, "x-sum"), "42");
    });

    test("that ends with the instance's connection", async (plane) => {
      await web(plane, {
        answer: (_seen, socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nuntil the end"),
      });
      const asked = plane.client();
      asked.write(request("/x"));
      const answer = await asked.answer();
      assert.equal(answer.body, "until the end");
      assert.ok(answer.isComplete);
    });

    test("piece by piece: the client has the first before there is a second", async (plane) => {
      let more: () => void = () => {};
      await web(plane, {
        answer: (_seen, socket) => {
          socket.write(`${chunked}5\r\nfirst\r\n`);
          more = () => socket.write("5\r\nother\r\n0\r\n\r\n");
        },
      });
      const asked = plane.client();
      asked.write(request("/x"));
      await asked.until((text) => text.includes("first"));
      more();
      assert.equal((await asked.answer()).body, "firstother");
    });

    test("that is long, to its last byte", async (plane) => {
      const body = "0123456789abcdef".repeat(256 * 1024);
      await web(plane, { answer: (_seen, socket) => socket.write(plainAnswer(body)) });
      const asked = plane.client();
      asked.write(request("/x", "Connection: close\r\n"));
      const received = await asked.ended();
      assert.ok(received.endsWith(`\r\n\r\n${body}`));
    });

    test("that nobody reads stops the instance", async (plane) => {
      const much = muchToRead();
      await web(plane, { answer: much.answer });
      const asked = plane.client();
      asked.socket.pause();
      asked.write(request("/x"));
      await waitFor(
        () => much.isStopped() !== undefined,
        () => "the instance's end",
      );
      assert.ok(much.isStopped(), "an answer that nobody reads was taken to its end");
    });

    test("is none for HEAD, 204 and 304, whatever their length says", async (plane) => {
      const answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
      ];
      const backend = await web(plane, {
        answer: (_seen, socket) => socket.write(answers.shift() ?? ""),
      });
      for (const [method, status] of [
        ["HEAD", 200],
        ["GET", 204],
        ["GET", 304],
      ] as const) {
        const asked = plane.client({ method });
        asked.write(request("/x", "", method));
        const answer = await asked.answer();
        assert.deepEqual([answer.status, answer.body], [status, ""]);
        assert.equal(firstValue(answer.fields, "transfer-encoding"), undefined);
      }
      assert.equal(backend.requests().length, 3);
    });

    test("interim answers go before it", async (plane) => {
      await web(plane, {
        answer: (_seen, socket) => {
          socket.write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
          socket.write(plainAnswer("x"));
        },
      });
      const asked = plane.client();
      asked.write(request("/x"));
      assert.equal((await asked.answer()).body, "x");
    });
  });

  describe("a client's connection", () => {
    test("serves one request after another, also those sent at once", async (plane) => {
      const backend = await web(plane, {
        answer: ({ target }, socket) => socket.write(plainAnswer(target)),
      });
      const asked = plane.client();
      asked.write(request("/1") + post("/2", "body") + request("/3"));
      assert.deepEqual(
        [(await asked.answer()).body, (await asked.answer()).body, (await asked.answer()).body],
        ["/1", "/2", "/3"],
      );
      assert.equal(backend.requests().length, 3);
    });

    test("goes on after a POST of nothing", async (plane) => {
      const backend = await web(plane);
      const asked = plane.client();
      for (const target of ["/1", "/2"]) {
        asked.write(post(target, ""));
        assert.equal((await asked.answer()).status, 200);
      }
      assert.deepEqual(
        backend.requests().map(({ target }) => target),
        ["/1", "/2"],
      );
    });

    test("ends after an answer when the client asks for it, and with HTTP/1.0", async (plane) => {
      await web(plane);
      for (const head of [request("/x", "Connection: close\r\n"), "GET /x HTTP/1.0\r\n\r\n"]) {
        const asked = plane.client();
        asked.write(head);
        assert.match(await asked.ended(), /^HTTP\/1\.1 200 [\s\S]*backend$/);
      }
    });

    test("takes an answer in chunks to HTTP/1.0 without chunks", async (plane) => {
      await web(plane, {
        answer: (_seen, socket) => socket.write(`${chunked}5\r\nhello\r\n0\r\n\r\n`),
      });
      const asked = plane.client();
      asked.write("GET /x HTTP/1.0\r\nHost: www.example.com\r\n\r\n");
      assert.match(await asked.ended(), /\r\n\r\nhello$/);
    });

    test("a client that goes away takes its request with it", async (plane) => {
      let isGone = false;
      const backend = await web(plane, {
        answer: (_seen, socket) => {
          socket.write(`${chunked}5\r\nhello\r\n`);
          socket.on("close", () => {
            isGone = true;
          });
          const more = setInterval(() => socket.write("5\r\nhello\r\n"), 5);
          socket.on("close", () => clearInterval(more));
        },
      });
      const asked = plane.client();
      asked.write(request("/x"));
      await asked.until((text) => text.includes("hello"));
      asked.socket.destroy();
      await waitFor(
        () => isGone,
        () => "the instance's connection to end",
      );
      assert.equal(backend.requests().length, 1);
      await waitFor(
        () => plane.ended.length === 1,
        () => "the observer",
      );
    });
  });
}
