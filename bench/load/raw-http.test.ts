import { deepEqual, equal } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { RawConnection } from "./raw-http.ts";

test("RawConnection reads pipelined answers with lengths, then a stream in chunks", async () => {
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (chunk) => body.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(body).toString();
      if (request.url !== "/stream") {
        response.writeHead(Number(text), { "Content-Length": 2 }).end("ok");
        return;
      }
      response.writeHead(200, { "X-Id": "7" });
      for (const part of ["one", "two", "three"]) response.write(part);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connection = await RawConnection.open(`http://127.0.0.1:${port}`);
  try {
    const post = (status: string) =>
      connection.post({ path: "/", headers: {}, body: Buffer.from(status) });
    const answers = await Promise.all([post("202"), post("404"), post("200")]);
    deepEqual(
      answers.map(({ status }) => status),
      [202, 404, 200],
    );
    let streamed = "";
    const head = await connection.stream(
      { path: "/stream", headers: {}, body: new Uint8Array(0) },
      (chunk) => {
        streamed += Buffer.from(chunk).toString();
      },
    );
    equal(head.headers.get("x-id"), "7");
    equal((await post("201")).status, 201);
    equal(streamed, "onetwothree");
  } finally {
    connection.close();
    server.close();
  }
});
