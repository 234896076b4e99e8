/** WebSocket and other upgrades: bytes both ways, once both sides have agreed, and never before. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { describe } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { contractTests, request } from "./contract-test.ts";
import { firstValue } from "./message-reader.ts";
import type { CreatePlane } from "./plane-fixture.ts";
import { plainAnswer } from "./raw-backend.ts";
import { waitFor } from "./wait-for.ts";

const upgrade =
  "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const switched =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

export function tunnelContract(create: CreatePlane): void {
  const test = contractTests(create);
  describe("an upgrade", () => {
    test("that the instance takes up is a tunnel", async (plane) => {
      let fromClient = "";
      const backend = await plane.backend({
        answer: (_seen, socket) => {
          socket.write(`${switched}hello`);
          socket.on("data", (bytes: Buffer) => {
            fromClient += bytes.toString("latin1");
            socket.write(`echo ${bytes.toString("latin1")}`);
          });
        },
      });
      await plane.serve({ web: [backend] });
      await plane.rules("REQUEST_URI=/* passthru web");
      const asked = plane.client();
      asked.write(request("/socket", upgrade));
      await asked.until((text) => text.endsWith("hello"));
      const [seen] = backend.requests();
      assert.match(firstValue(seen?.fields ?? [], "connection") ?? "", /^upgrade$/i);
      assert.equal(firstValue(seen?.fields ?? [], "upgrade"), "websocket");
      assert.equal(firstValue(seen?.fields ?? [], "sec-websocket-version"), "13");
      asked.write("GET /not-a-request HTTP/1.1\r\n\r\n");
      await asked.until((text) => text.includes("echo GET /not-a-request"));
      assert.equal(fromClient, "GET /not-a-request HTTP/1.1\r\n\r\n");
      assert.match(
        asked.received,
        /^HTTP\/1\.1 101 [\s\S]*sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i,
      );
      asked.socket.destroy();
      await waitFor(
        () => backend.connections.open === 0,
        () => "the instance's end",
      );
      await waitFor(
        () => plane.ended.length === 1,
        () => "the observer",
      );
      assert.equal(plane.ended[0]?.status, 101);
    });

    test("to WebSocket, between a client and a server that others wrote", async (plane) => {
      const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
      await once(server, "listening");
      server.on("connection", (socket) => {
        socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
      });
      const { port } = server.address() as { readonly port: number };
      await plane.serve({ web: [{ uri: `http://127.0.0.1:${port}` }] });
      await plane.rules("REQUEST_URI=/* passthru web");
      const url = (plane.plane.urls[0] as string).replace("http:", "ws:");
      const socket = new WebSocket(`${url}/socket`);
      try {
        await once(socket, "open");
        for (const message of ["hello", "x".repeat(300_000)]) {
          socket.send(message);
          const [echo] = (await once(socket, "message")) as [Buffer];
          assert.ok(echo.toString() === message);
        }
        socket.close(4001, "enough");
        const [code, reason] = (await once(socket, "close")) as [number, Buffer];
        assert.deepEqual([code, reason.toString()], [4001, "enough"]);
      } finally {
        socket.terminate();
        server.close();
      }
    });

    test("that the instance does not take up is an answer", async (plane) => {
      const backend = await plane.backend({
        answer: ({ target }, socket) => socket.write(plainAnswer(target)),
      });
      await plane.serve({ web: [backend] });
      await plane.rules("REQUEST_URI=/smuggled* respond 403\nREQUEST_URI=/* passthru web");
      const asked = plane.client();
      asked.write(request("/socket", upgrade));
      assert.equal((await asked.answer()).body, "/socket");
      // Not a tunnel: what comes now is a request, and the rules decide.
      asked.write(request("/smuggled"));
      assert.equal((await asked.answer()).status, 403);
      assert.deepEqual(
        backend.requests().map(({ target }) => target),
        ["/socket"],
      );
    });

    test("to HTTP/2 in clear text is not handed on", async (plane) => {
      const backend = await plane.backend();
      await plane.serve({ web: [backend] });
      await plane.rules("REQUEST_URI=/* passthru web");
      const asked = plane.client();
      asked.write(
        request(
          "/x",
          "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        ),
      );
      assert.equal((await asked.answer()).status, 200);
      const names = backend.requests()[0]?.fields.map(([name]) => name) ?? [];
      assert.ok(!names.includes("upgrade") && !names.includes("http2-settings"));
    });
  });
}
