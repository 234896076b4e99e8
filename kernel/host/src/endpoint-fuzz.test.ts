/** Whatever comes over a connection, the endpoint lives on, and other connections do not notice. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeLibprocessMessage } from "@tavola/protocol";
import fc from "fast-check";
import { openEndpoint } from "./endpoint.ts";
import { silentLogger } from "./logger.ts";
import { connectRaw, occurrences } from "./testing/raw-connection.ts";

const upid = { id: "slave(1)", host: "127.0.0.1", port: 9 };
const message = Buffer.from(
  encodeLibprocessMessage(upid, { ...upid, id: "master" }, "tavola.Test", Buffer.from("body")),
);
const request = Buffer.from(
  "POST /api/v1?x=1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
);
const chunked = Buffer.from(
  "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
);

/** Valid bytes with a few of them exchanged, removed or doubled, sent in pieces. */
const mutated = fc
  .record({
    base: fc.constantFrom(message, request, chunked, Buffer.concat([request, message, request])),
    edits: fc.array(
      fc.record({
        at: fc.nat(400),
        kind: fc.constantFrom("set", "remove", "double", "cut"),
        byte: fc.nat(255),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ base, edits }) => {
    let bytes = Buffer.from(base);
    for (const { at, kind, byte } of edits) {
      const from = at % Math.max(1, bytes.length);
      if (kind === "set") bytes[from] = byte;
      else if (kind === "cut") bytes = bytes.subarray(0, from);
      else {
        const after = kind === "remove" ? from + 1 + (byte % 8) : from - (byte % 8);
        bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(Math.max(0, after))]);
      }
    }
    return bytes;
  });

const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

test("bytes that make no sense harm nobody but their own connection", async (context) => {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest: async (received) => ({ status: 200, body: await received.body() }),
    onMessage: () => "accepted",
  });
  context.after(() => endpoint.close());
  const witness = connectRaw(endpoint.port);
  let answers = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, noise), fc.nat(300), async (bytes, cutAt) => {
      const connection = connectRaw(endpoint.port);
      connection.write(bytes.subarray(0, cutAt));
      connection.write(bytes.subarray(cutAt));
      connection.socket.end();
      const received = await connection.ended();
      // Every answer has a head that ends, and a status that HTTP or libprocess knows.
      if (received !== "")
        assert.match(received, /^HTTP\/1\.1 [1-5]\d\d [A-Z][\w ]+\r\n.*\r\n\r\n/s);
      witness.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      answers += 1;
      await witness.until((text) => occurrences(text, "HTTP/1.1 200 OK") === answers);
    }),
    { numRuns: 300 },
  );
  witness.socket.destroy();
});
