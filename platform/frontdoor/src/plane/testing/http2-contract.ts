/** HTTP/2 in front, HTTP/1.1 behind: what one cannot say must not become the other's words. */

import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe } from "node:test";
import { contractTests, request } from "./contract-test.ts";
import { flushed, muchToRead } from "./flushed.ts";
import { answerOf, connectHttp2, type Http2Client } from "./http2-client.ts";
import { firstValue } from "./message-reader.ts";
import type { CreatePlane, PlaneFixture } from "./plane-fixture.ts";
import { type BackendOptions, plainAnswer, type RawBackend } from "./raw-backend.ts";
import { waitFor } from "./wait-for.ts";

async function web(plane: PlaneFixture, options: BackendOptions = {}): Promise<RawBackend> {
  const backend = await plane.backend(options);
  await plane.serve({ web: [backend] });
  await plane.rules("REQUEST_URI=/smuggled* respond 403\nREQUEST_URI=/* passthru web");
  return backend;
}

async function withClient(
  plane: PlaneFixture,
  run: (client: Http2Client) => Promise<void>,
): Promise<void> {
  const client = connectHttp2(plane.plane.urls[0] as string);
  try {
    await run(client);
  } finally {
    client.close();
  }
}

/** Published ways to smuggle by a downgrade ("HTTP/2: The Sequel is Always Worse", 2021). */
const hostile: readonly (readonly [title: string, headers: Record<string, string>])[] = [
  ["Transfer-Encoding (H2.TE)", { "transfer-encoding": "chunked" }],
  ["Connection", { connection: "close" }],
  ["Upgrade", { upgrade: "websocket" }],
  ["a path with a space", { ":path": "/x HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /smuggled" }],
  ["a path without a slash", { ":path": "x" }],
  ["a path that is a URI", { ":path": "http://evil.example/x" }],
  ["a path with dots", { ":path": "/x/../smuggled" }],
  ["an authority with a path", { ":authority": "www.example.com/x" }],
  ["an authority with a user", { ":authority": "a@www.example.com" }],
  ["a host that differs", { host: "evil.example" }],
];

export function http2Contract(create: CreatePlane): void {
  const test = contractTests(create);
  describe("HTTP/2 with prior knowledge", () => {
    test("a request and its answer, bodies and trailers both ways", async (plane) => {
      const backend = await web(plane, {
        answer: (_seen, socket) => {
          socket.write(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n",
          );
          socket.write("5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
        },
      });
      await withClient(plane, async (client) => {
        const stream = client.open(
          { ":method": "POST", ":path": "/x?y", cookie: "a=1; b=2" },
          { hasBody: true },
        );
        stream.end("body");
        const answer = await answerOf(stream);
        assert.deepEqual([answer.status, answer.body], [200, "hello"]);
        assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"]);
        assert.equal(answer.trailers["x-sum"], "42");
        const [seen] = backend.requests();
        assert.deepEqual([seen?.start, seen?.body], ["POST /x?y HTTP/1.1", "body"]);
        assert.equal(seen?.ambiguity, undefined);
        assert.equal(firstValue(seen?.fields ?? [], "host"), "www.example.com");
        assert.equal(firstValue(seen?.fields ?? [], "cookie"), "a=1; b=2");
      });
    });

    test("what is told of a request: its host and its target, one without the other", async (plane) => {
      await web(plane);
      await withClient(plane, async (client) => {
        await client.ask({ ":path": "/x?y" });
      });
      await waitFor(
        () => plane.ended.length > 0,
        () => "the observer",
      );
      const [told] = plane.ended;
      assert.deepEqual(
        [told?.protocol, told?.host, told?.uri],
        ["HTTP/2.0", "www.example.com", "/x?y"],
      );
    });

    test("a body of nothing, and one that nobody wants", async (plane) => {
      const backend = await web(plane);
      await withClient(plane, async (client) => {
        const empty = client.open({ ":method": "POST", ":path": "/x" }, { hasBody: true });
        empty.end();
        assert.equal((await answerOf(empty)).status, 200);
        const unwanted = client.open(
          { ":method": "POST", ":path": "/smuggled" },
          { hasBody: true },
        );
        unwanted.write("body");
        assert.equal((await answerOf(unwanted)).status, 403);
        assert.equal((await client.ask({ ":path": "/y" })).status, 200);
        assert.deepEqual(
          backend.requests().map(({ target, body }) => [target, body]),
          [
            ["/x", ""],
            ["/y", ""],
          ],
        );
      });
    });

    test("many requests at once", async (plane) => {
      await web(plane, { answer: ({ target }, socket) => socket.write(plainAnswer(target)) });
      await withClient(plane, async (client) => {
        const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
        const answers = await Promise.all(paths.map((path) => client.ask({ ":path": path })));
        assert.deepEqual(
          answers.map(({ body }) => body),
          paths,
        );
      });
    });

    test("a long answer, to its last byte", async (plane) => {
      const body = "0123456789abcdef".repeat(128 * 1024);
      await web(plane, { answer: (_seen, socket) => socket.write(plainAnswer(body)) });
      await withClient(plane, async (client) => {
        const answer = await client.ask({ ":path": "/x" });
        assert.ok(answer.body === body, `${answer.body.length} of ${body.length} bytes came`);
      });
    });

    test("a long body, to its last byte", async (plane) => {
      const body = "0123456789abcdef".repeat(32 * 1024);
      const backend = await web(plane);
      await withClient(plane, async (client) => {
        const stream = client.open({ ":method": "PUT", ":path": "/x" }, { hasBody: true });
        stream.end(body);
        assert.equal((await answerOf(stream)).status, 200);
        assert.ok(backend.requests()[0]?.body === body, "another body came");
      });
    });

    test("an answer that nobody reads stops the instance", async (plane) => {
      const much = muchToRead();
      await web(plane, { answer: much.answer });
      await withClient(plane, async (client) => {
        const stream = client.open({ ":path": "/x" });
        stream.on("error", () => {}).pause();
        await waitFor(
          () => much.isStopped() !== undefined,
          () => "the instance's end",
        );
        assert.ok(much.isStopped(), "an answer that nobody reads was taken to its end");
        // Others on its connection do not wait for it.
        assert.equal((await client.ask({ ":path": "/smuggled" })).status, 403);
      });
    });

    test("a body that nobody reads stops its sender", async (plane) => {
      let isAsked = false;
      const backend = await web(plane, {
        head: (_seen, socket) => {
          isAsked = true;
          socket.pause();
        },
      });
      const bytes = 64 * 1024 * 1024;
      await withClient(plane, async (client) => {
        const stream = client.open({ ":method": "PUT", ":path": "/x" }, { hasBody: true });
        stream.on("error", () => {});
        await waitFor(
          () => isAsked,
          () => "the head",
        );
        const piece = Buffer.alloc(1024 * 1024, "x");
        let sent = 0;
        while (sent < bytes && (await flushed(stream, piece))) sent += piece.length;
        assert.ok(sent < bytes, "a body that nobody reads was taken to its end");
        assert.ok(backend.received().length < bytes);
      });
    });

    test("an answer that is cut is a stream that is reset", async (plane) => {
      await web(plane, {
        answer: (_seen, socket) => {
          socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        },
      });
      await withClient(plane, async (client) => {
        const answer = await client.ask({ ":path": "/x" });
        assert.ok(answer.resetCode !== 0 || answer.status === 502, JSON.stringify(answer));
      });
    });

    test("a stream that the client takes back ends its request", async (plane) => {
      let isGone = false;
      await web(plane, {
        answer: (_seen, socket) => {
          socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
          socket.on("close", () => {
            isGone = true;
          });
        },
      });
      await withClient(plane, async (client) => {
        const stream = client.open({ ":path": "/x" });
        stream.on("error", () => {});
        let received = "";
        stream.on("data", (bytes: Buffer) => {
          received += bytes.toString();
        });
        await waitFor(
          () => received === "hello",
          () => "the first piece",
        );
        stream.close(http2Cancel);
        await waitFor(
          () => isGone,
          () => "the instance's connection to end",
        );
      });
    });

    test("a stream that is taken back while its body waits ends its request", async (plane) => {
      let instance: Socket | undefined;
      const backend = await web(plane, {
        head: (_seen, socket) => {
          instance = socket.pause();
        },
      });
      await withClient(plane, async (client) => {
        const stream = client.open({ ":method": "PUT", ":path": "/x" }, { hasBody: true });
        stream.on("error", () => {});
        await waitFor(
          () => instance !== undefined,
          () => "the head",
        );
        const piece = Buffer.alloc(1024 * 1024, "x");
        while (await flushed(stream, piece));
        stream.close(http2Cancel);
        await waitFor(
          () => plane.ended.length === 1,
          () => "the observer",
        );
        instance?.resume();
        await waitFor(
          () => backend.connections.open === 0,
          () => "the instance's connection to end",
        );
      });
      const after = plane.client();
      after.write(request("/smuggled"));
      assert.equal((await after.answer()).status, 403);
    });

    test("a client and its instances that go away at once harm nobody else", async (plane) => {
      const instances: Socket[] = [];
      await web(plane, { head: (_seen, socket) => void instances.push(socket.pause()) });
      const streams = 60;
      await withClient(plane, async (client) => {
        for (let opened = 0; opened < streams; opened += 1) {
          const stream = client.open({ ":method": "PUT", ":path": "/x" }, { hasBody: true });
          stream.on("error", () => {});
          stream.write(Buffer.alloc(64 * 1024));
        }
        await waitFor(
          () => instances.length === streams,
          () => `${streams} requests; ${instances.length} came`,
        );
        client.session.destroy();
        for (const socket of instances) socket.destroy();
        await waitFor(
          () => plane.ended.length >= streams,
          () => `${streams} ends; ${plane.ended.length} came`,
        );
      });
      const after = plane.client();
      after.write(request("/smuggled"));
      assert.equal((await after.answer()).status, 403);
    });

    for (const [title, headers] of hostile) {
      test(`${title} does not become HTTP/1's`, async (plane) => {
        const backend = await web(plane);
        await withClient(plane, async (client) => {
          const answer = await Promise.resolve()
            .then(() => client.ask({ ":path": "/x", ...headers }))
            .catch(() => undefined);
          // Node's client refuses to send some of them: then there is nothing to ask of a plane.
          if (answer !== undefined) assert.notEqual(answer.status, 200);
        });
        assert.deepEqual(backend.requests(), []);
      });
    }

    test("a length that is not the body's does not become HTTP/1's", async (plane) => {
      const backend = await web(plane);
      await withClient(plane, async (client) => {
        const stream = client.open(
          { ":method": "POST", ":path": "/x", "content-length": "3" },
          { hasBody: true },
        );
        stream.end("abcGET /smuggled HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        const answer = await answerOf(stream);
        assert.notEqual(answer.status, 200);
        assert.doesNotMatch(backend.received(), /smuggled/);
      });
    });
  });
}

/** RFC 9113 7. */
const http2Cancel = 8;
