import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { silentLogger, systemClock } from "@tavola/host";
import { defaultTimeouts } from "../../plane-options.ts";
import { connectHttp2 } from "../../testing/http2-client.ts";
import { waitFor } from "../../testing/wait-for.ts";
import type { ClientExchange, Serve } from "./client-exchange.ts";
import { Http2Connection } from "./http2-session.ts";

const fine = { status: 200, reason: "", fields: [], announcedBytes: undefined };

test("whoever answers a stream that its client has just taken back is not thrown at", async (context) => {
  let served: ClientExchange | undefined;
  let isGone = false;
  const serve: Serve = (exchange) => {
    served = exchange;
    return {
      bodyData() {},
      bodyEnded() {},
      bodyFailed() {},
      drained() {},
      gone() {
        isGone = true;
        exchange.inform(103, ["link", "</a.css>"]);
        exchange.respond({ ...fine, framing: { kind: "length", bytes: 4 } });
        exchange.write(Buffer.from("late"));
        exchange.end(["x-sum", "42"]);
      },
    };
  };
  const clientContext = {
    ...{ clock: systemClock(), logger: silentLogger, timeouts: defaultTimeouts, relay: undefined },
    serve,
    refused: () => {},
  };
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const options = { isTls: false, remoteAddress: "127.0.0.1", closed: () => {} };
    new Http2Connection(socket, clientContext, options);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  context.after(() => {
    client.close();
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(client.session, "remoteSettings");
  const { initialWindowSize = 0, maxConcurrentStreams = 0 } = client.session.remoteSettings;
  const heldBytesMax = initialWindowSize * maxConcurrentStreams;
  assert.ok(heldBytesMax > 0 && heldBytesMax <= 8 * 1024 * 1024, `${heldBytesMax} bytes`);
  const stream = client.open({ ":method": "PUT", ":path": "/x" }, { hasBody: true });
  stream.on("error", () => {});
  await waitFor(
    () => served !== undefined,
    () => "the request",
  );
  stream.close(8);
  await waitFor(
    () => isGone,
    () => "the stream's end",
  );
  assert.equal(served?.request.uri, "/x");
  // Its connection is as good as before.
  served = undefined;
  client.open({ ":path": "/y" }).on("error", () => {});
  await waitFor(
    () => served?.request.uri === "/y",
    () => "the next request",
  );
});
