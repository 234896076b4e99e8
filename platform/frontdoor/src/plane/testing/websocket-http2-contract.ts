/** WebSocket over HTTP/2 (RFC 8441): a stream in front, an upgrade behind, and a tunnel only when both agree. */

import assert from "node:assert/strict";
import { once } from "node:events";
import type { ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { describe } from "node:test";
import { type Agent, H2CClient, WebSocket } from "undici";
import { WebSocketServer } from "ws";
import { contractTests } from "./contract-test.ts";
import { answerOf, connectHttp2, type Http2Client } from "./http2-client.ts";
import { allValues, firstValue } from "./message-reader.ts";
import type { CreatePlane, PlaneFixture } from "./plane-fixture.ts";
import { plainAnswer, type RawBackend, type SeenRequest } from "./raw-backend.ts";
import { waitFor } from "./wait-for.ts";
import { switchedTo, webSocketRequest } from "./websocket-words.ts";

type Answerer = (seen: SeenRequest, socket: Socket) => void;

/** An instance of `web`, and a client whose settings from the plane have come. */
async function withClient(
  plane: PlaneFixture,
  answer: Answerer,
  run: (client: Http2Client, backend: RawBackend) => Promise<void>,
): Promise<void> {
  const backend = await plane.backend({ answer });
  await plane.serve({ web: [backend] });
  await plane.rules("REQUEST_URI=/fine* respond 200 fine\nREQUEST_URI=/* passthru web");
  const client = connectHttp2(plane.plane.urls[0] as string);
  try {
    await once(client.session, "remoteSettings");
    await run(client, backend);
  } finally {
    client.close();
  }
}

interface Tunnel {
  readonly stream: ClientHttp2Stream;
  readonly headers: Readonly<Record<string, unknown>>;
  /** All that has come on it. */
  received(): string;
}

async function openTunnel(client: Http2Client): Promise<Tunnel> {
  const stream = client.open(webSocketRequest, { hasBody: true });
  stream.on("error", () => {});
  let received = "";
  stream.on("data", (bytes: Buffer) => {
    received += bytes.toString("latin1");
  });
  const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
  return { stream, headers, received: () => received };
}

export function webSocketHttp2Contract(create: CreatePlane): void {
  const test = contractTests(create);
  describe("WebSocket over HTTP/2", () => {
    test("is an upgrade to the instance, and a tunnel from then on", async (plane) => {
      let fromClient = "";
      const answer: Answerer = (seen, socket) => {
        socket.write(`${switchedTo(seen)}hello`);
        socket.on("data", (bytes: Buffer) => {
          fromClient += bytes.toString("latin1");
          socket.write(`echo ${bytes.toString("latin1")}`);
        });
      };
      await withClient(plane, answer, async (client, backend) => {
        assert.equal(client.session.remoteSettings.enableConnectProtocol, true);
        const { stream, headers, received } = await openTunnel(client);
        assert.equal(headers[":status"], 200);
        assert.equal(headers["sec-websocket-protocol"], "chat");
        assert.deepEqual([headers["connection"], headers["upgrade"]], [undefined, undefined]);
        await waitFor(() => received() === "hello", received);
        stream.write("GET /not-a-request HTTP/1.1\r\n\r\n");
        await waitFor(() => received().includes("echo GET /not-a-request"), received);
        assert.equal(fromClient, "GET /not-a-request HTTP/1.1\r\n\r\n");
        const [seen] = backend.requests();
        assert.equal(seen?.start, "GET /socket?x=1 HTTP/1.1");
        const fields = seen?.fields ?? [];
        assert.match(firstValue(fields, "connection") ?? "", /^upgrade$/i);
        assert.equal(firstValue(fields, "upgrade"), "websocket");
        assert.equal(firstValue(fields, "origin"), "http://www.example.com");
        assert.equal(firstValue(fields, "host"), "www.example.com");
        assert.equal(
          Buffer.from(firstValue(fields, "sec-websocket-key") ?? "", "base64").length,
          16,
        );
        stream.close(8);
        await waitFor(
          () => backend.connections.open === 0,
          () => "the instance's end",
        );
        await waitFor(
          () => plane.ended.length === 1,
          () => "the observer",
        );
        // As of an upgrade in HTTP/1.1, so that tunnels are counted as tunnels.
        assert.equal(plane.ended[0]?.status, 101);
        assert.ok((plane.ended[0]?.requestBytes ?? 0) >= fromClient.length);
      });
    });

    test("between a client and a server that others wrote, plain", async (plane) => {
      await talk(plane, new H2CClient(plane.plane.urls[0] as string));
    });

    test("ends when the instance ends it, after all that it had sent", async (plane) => {
      const body = "0123456789abcdef".repeat(64 * 1024);
      const answer: Answerer = (seen, socket) => socket.end(switchedTo(seen) + body);
      await withClient(plane, answer, async (client) => {
        const { stream, received } = await openTunnel(client);
        await waitFor(
          () => stream.closed,
          () => `its end; got ${received().length} bytes`,
        );
        assert.ok(received() === body, `${received().length} of ${body.length} bytes came`);
        assert.ok(stream.readableEnded, "it was broken off");
      });
    });

    test("ends for the instance when the client ends its side", async (plane) => {
      let fromClient = "";
      const answer: Answerer = (seen, socket) => {
        socket.write(switchedTo(seen));
        socket.on("data", (bytes: Buffer) => {
          fromClient += bytes.toString("latin1");
        });
      };
      await withClient(plane, answer, async (client, backend) => {
        const { stream } = await openTunnel(client);
        stream.end("last words");
        await waitFor(
          () => backend.connections.open === 0,
          () => "the instance's end",
        );
        assert.equal(fromClient, "last words");
      });
    });

    test("that the instance refuses is an answer", async (plane) => {
      const answer: Answerer = (_seen, socket) => {
        socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-Why: so\r\n\r\nno");
      };
      await withClient(plane, answer, async (client, backend) => {
        const refused = await answerOf(client.open(webSocketRequest, { hasBody: true }));
        assert.deepEqual([refused.status, refused.body], [403, "no"]);
        assert.equal(refused.headers["x-why"], "so");
        assert.equal((await client.ask({ ":path": "/next" })).status, 403);
        assert.equal(backend.requests().length, 2);
      });
    });

    test("what a client sent ahead of a tunnel that it does not get goes nowhere", async (plane) => {
      const answer: Answerer = (_seen, socket) => {
        socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
      };
      await withClient(plane, answer, async (client, backend) => {
        const stream = client.open(webSocketRequest, { hasBody: true });
        stream.write("GET /smuggled HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        const { status = 0 } = await answerOf(stream);
        assert.ok(status >= 400, String(status));
        assert.equal((await client.ask({ ":path": "/next" })).status, 403);
        assert.doesNotMatch(backend.received(), /smuggled/);
      });
    });

    test("where the instance answers as if nobody had asked for one: none", async (plane) => {
      const answer: Answerer = ({ target }, socket) => socket.write(plainAnswer(target));
      await withClient(plane, answer, async (client, backend) => {
        const stream = client.open(webSocketRequest, { hasBody: true });
        stream.write("GET /smuggled HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        const { status = 0, resetCode } = await answerOf(stream);
        assert.ok(status >= 400 || resetCode !== 0, `${status}, which says that there is a tunnel`);
        assert.doesNotMatch(backend.received(), /smuggled/);
        assert.equal((await client.ask({ ":path": "/next" })).body, "/next");
      });
    });

    test("where a rule answers with success: none", async (plane) => {
      await withClient(
        plane,
        () => {},
        async (client) => {
          const stream = client.open({ ...webSocketRequest, ":path": "/fine" }, { hasBody: true });
          assert.equal((await answerOf(stream)).status, 400);
        },
      );
    });

    test("where the instance does not know what it agrees to: none", async (plane) => {
      const answer: Answerer = (_seen, socket) => {
        socket.write("HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      };
      await withClient(plane, answer, async (client, backend) => {
        assert.equal(
          (await answerOf(client.open(webSocketRequest, { hasBody: true }))).status,
          502,
        );
        const ahead = client.open(webSocketRequest, { hasBody: true });
        ahead.write("bytes of a stranger's choice");
        const { status = 0 } = await answerOf(ahead);
        assert.ok(status >= 500, String(status));
        assert.doesNotMatch(backend.received(), /stranger/);
      });
    });

    test("is the only thing that is tunnelled", async (plane) => {
      await withClient(
        plane,
        ({ target }, socket) => socket.write(plainAnswer(target)),
        async (client, backend) => {
          const other = client.open(
            { ...webSocketRequest, ":protocol": "connect-udp" },
            { hasBody: true },
          );
          assert.equal((await answerOf(other)).status, 501);
          assert.deepEqual(backend.requests(), []);
        },
      );
    });

    test("CONNECT without a protocol is refused", async (plane) => {
      await withClient(
        plane,
        () => {},
        async (client, backend) => {
          const stream = client.session.request(
            { ":method": "CONNECT", ":authority": "www.example.com:443" },
            { endStream: false },
          );
          assert.equal((await answerOf(stream)).status, 405);
          assert.deepEqual(backend.requests(), []);
        },
      );
    });

    test("brings one key, whatever its client sends, and no length", async (plane) => {
      const answer: Answerer = (seen, socket) => socket.end(switchedTo(seen));
      await withClient(plane, answer, async (client, backend) => {
        const key = "dGhlIHNhbXBsZSBub25jZQ==";
        const fine = await answerOf(
          client.open({ ...webSocketRequest, "sec-websocket-key": key }, { hasBody: true }),
        );
        assert.equal(fine.status, 200);
        const [seen] = backend.requests();
        assert.equal(allValues(seen?.fields ?? [], "sec-websocket-key").length, 1);
        await answerOf(
          client.open({ ...webSocketRequest, "content-length": "5" }, { hasBody: true }),
        );
        for (const { fields } of backend.requests()) {
          assert.equal(firstValue(fields, "content-length"), undefined);
        }
      });
    });
  });
}

/** Messages both ways, and an end with a reason, by a browser's `WebSocket` on `dispatcher`. */
export async function talk(plane: PlaneFixture, dispatcher: Agent | H2CClient): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const versions: string[] = [];
  server.on("connection", (socket, { httpVersion, method }) => {
    versions.push(`${method} ${httpVersion}`);
    socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
  });
  const { port } = server.address() as { readonly port: number };
  await plane.serve({ web: [{ uri: `http://127.0.0.1:${port}` }] });
  await plane.rules("REQUEST_URI=/* passthru web");
  const url = (plane.plane.urls[0] as string).replace("http", "ws");
  const socket = new WebSocket(`${url}/socket`, { dispatcher });
  try {
    await once(socket, "open");
    for (const message of ["hello", "x".repeat(300_000)]) {
      socket.send(message);
      const [{ data }] = (await once(socket, "message")) as [{ data: string }];
      assert.ok(data === message);
    }
    socket.close(4001, "enough");
    const [{ code, reason }] = (await once(socket, "close")) as [{ code: number; reason: string }];
    assert.deepEqual([code, reason], [4001, "enough"]);
    assert.deepEqual(versions, ["GET 1.1"]);
    await waitFor(
      () => plane.ended.length === 1,
      () => "the observer",
    );
    const [ended] = plane.ended;
    assert.deepEqual([ended?.status, ended?.service, ended?.protocol], [101, "web", "HTTP/2.0"]);
  } finally {
    await dispatcher.destroy();
    server.close();
    for (const client of server.clients) client.terminate();
  }
}
