/** libprocess framing both ways: exactly Mesos's out, all that HTTP allows in, cut at every byte. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryDamage, arbitraryPieces } from "../testing/arbitrary-messages.ts";
import { recordedInternalMessages } from "../testing/recordings.ts";
import { encodeLibprocessMessage, type LibprocessMessage } from "./libprocess.ts";
import { LibprocessDecoder } from "./libprocess-decoder.ts";
import { parseUpid, type Upid } from "./upid.ts";

function upid(text: string): Upid {
  const parsed = parseUpid(text);
  assert.ok(parsed, text);
  return parsed;
}

const agent = upid("slave(1)@127.0.0.1:5051");
const master = upid("master@127.0.0.1:5050");

function decodeAll(pieces: readonly Uint8Array[]): LibprocessMessage[] {
  const decoder = new LibprocessDecoder();
  const messages = pieces.flatMap((piece) => decoder.push(piece).value ?? []);
  assert.equal(decoder.error, undefined);
  return messages;
}

function comparable({ from, to, name, body }: LibprocessMessage) {
  return { from, to, name, body: Buffer.from(body).toString("hex") };
}

test("encodeLibprocessMessage() writes what libprocess writes", () => {
  const message = encodeLibprocessMessage(
    agent,
    master,
    "mesos.internal.X",
    Buffer.from("0123456789abcdef!"),
  );
  assert.equal(
    Buffer.from(message).toString(),
    [
      "POST /master/mesos.internal.X HTTP/1.1",
      "User-Agent: libprocess/slave(1)@127.0.0.1:5051",
      "Libprocess-From: slave(1)@127.0.0.1:5051",
      "Connection: Keep-Alive",
      "Host: 127.0.0.1:5050",
      "Transfer-Encoding: chunked",
      "",
      "11",
      "0123456789abcdef!",
      "0",
      "",
      "",
    ].join("\r\n"),
  );
});

test("encodeLibprocessMessage() gives an empty body neither length nor transfer encoding", () => {
  const text = Buffer.from(
    encodeLibprocessMessage(agent, master, "a.B", Buffer.alloc(0)),
  ).toString();
  assert.doesNotMatch(text, /transfer-encoding|content-length/i);
  assert.ok(text.endsWith("Host: 127.0.0.1:5050\r\n\r\n"));
  assert.deepEqual(decodeAll([Buffer.from(text)]).map(comparable), [
    { from: "slave(1)@127.0.0.1:5051", to: "master", name: "a.B", body: "" },
  ]);
});

test("a process id comes back whatever is in it, and only what must be is escaped", () => {
  for (const id of ["slave(1)", "crammd5-authenticator-session(12)", "a b/c%?#é", "__gc__"]) {
    const to = { ...master, id };
    const bytes = Buffer.from(encodeLibprocessMessage(agent, to, "a.B", Buffer.from("x")));
    assert.equal(decodeAll([bytes])[0]?.to, id);
    assert.equal(bytes.toString().startsWith(`POST /${id}/`), /^[\w()-]+$/.test(id));
  }
});

const recorded = recordedInternalMessages();
const traffic = Buffer.concat(
  recorded.map(({ from, to, name, body }) =>
    encodeLibprocessMessage(upid(from), upid(to), name, body),
  ),
);

function expectedTraffic() {
  return recorded.map(({ from, to, name, body }) => ({
    from,
    to: upid(to).id,
    name,
    body: body.toString("hex"),
  }));
}

test("LibprocessDecoder gives back all recorded traffic, in pieces of any size", () => {
  for (const size of [1, 2, 3, 7, 64, 1000, 65_536, traffic.length]) {
    const pieces = [];
    for (let at = 0; at < traffic.length; at += size) pieces.push(traffic.subarray(at, at + size));
    assert.deepEqual(decodeAll(pieces).map(comparable), expectedTraffic(), `pieces of ${size}`);
  }
});

test("LibprocessDecoder gives the same messages wherever two of them are cut", () => {
  const two = Buffer.concat([
    encodeLibprocessMessage(agent, master, "mesos.internal.A", Buffer.from("\r\n0\r\n\r\n")),
    encodeLibprocessMessage(agent, master, "mesos.internal.B", Buffer.alloc(0)),
    encodeLibprocessMessage(agent, master, "mesos.internal.A", Buffer.alloc(300, 65)),
  ]);
  const whole = decodeAll([two]).map(comparable);
  assert.equal(whole.length, 3);
  for (let first = 0; first <= two.length; first++) {
    const pieces = [two.subarray(0, first), two.subarray(first)];
    assert.deepEqual(decodeAll(pieces).map(comparable), whole, `cut at ${first}`);
  }
});

function http(lines: readonly string[], body = ""): Buffer {
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`, "latin1");
}

const line = "POST /master/a.B HTTP/1.1";
const from = "Libprocess-From: x@1.2.3.4:5";

test("LibprocessDecoder takes a length, chunks of any number, extensions and trailers", () => {
  const cases: readonly (readonly [string[], string, string])[] = [
    [[line, from, "content-length:  3 "], "abc", "abc"],
    [[line, from, "Content-Length: 0"], "", ""],
    [
      [line, "LIBPROCESS-FROM:x@1.2.3.4:5", "TRANSFER-ENCODING: Chunked"],
      "3\r\nabc\r\n0\r\n\r\n",
      "abc",
    ],
    [[line, from, "Transfer-Encoding: chunked"], "1\r\na\r\n02\r\nbc\r\n000\r\n\r\n", "abc"],
    [
      [line, from, "Transfer-Encoding: chunked"],
      "A;x=y\r\n0123456789\r\n0;z\r\nEtag: 1\r\n\r\n",
      "0123456789",
    ],
    [[line, from, "Transfer-Encoding: chunked"], "0\r\n\r\n", ""],
    [[line, "User-Agent: libprocess/x@1.2.3.4:5", "Content-Length: 1"], "a", "a"],
    [["POST /master/a.B?x=1 HTTP/1.0", from], "", ""],
  ];
  for (const [head, body, expected] of cases) {
    const bytes = http(head, body);
    const message = { from: "x@1.2.3.4:5", to: "master", name: "a.B" };
    const twice = [{ ...message, body: Buffer.from(expected).toString("hex") }];
    assert.deepEqual(decodeAll([bytes]).map(comparable), twice, body);
    const bytewise = [...Buffer.concat([bytes, bytes])].map((byte) => Buffer.from([byte]));
    assert.deepEqual(decodeAll(bytewise).map(comparable), [...twice, ...twice], body);
  }
});

test("LibprocessDecoder refuses what is no message, and says what is wrong", () => {
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [http(["GET / HTTP/1.1"]), /'GET \/ HTTP\/1\.1' is not the request line of a message/],
    [http(["POST master/a.B HTTP/1.1", from]), /is not the request line/],
    [http(["POST /%zz/a.B HTTP/1.1", from]), /'%zz' is not a process id/],
    [http([line, "User-Agent: curl/8"]), /does not say who sent it/],
    [http([line, from, "no colon"]), /'no colon' is not a header/],
    [http([line, from, " folded: x"]), /is not a header/],
    [http([line, from, "Content-Length: -1"]), /'-1' is not the length of its body/],
    [http([line, from, "Content-Length: 1", "Content-Length: 2"]), /is not the length/],
    [http([line, from, "Content-Length: 99999999999"]), /body is longer than 67108864 bytes/],
    [http([line, from, "Transfer-Encoding: gzip"]), /transfer encoding 'gzip' is not supported/],
    [http([line, from, "Transfer-Encoding: chunked", "Content-Length: 1"]), /both a length and/],
    [http([line, from, "Transfer-Encoding: chunked"], "x\r\n"), /size of a chunk is not a hex/],
    [http([line, from, "Transfer-Encoding: chunked"], "fffffffff\r\n"), /size of a chunk is not/],
    [http([line, from, "Transfer-Encoding: chunked"], "1\r\naXX"), /not followed by the end of/],
    [
      http([line, from, "Transfer-Encoding: chunked"], `0\r\n${"x".repeat(2000)}`),
      /line is too long/,
    ],
    [http([line, from, `X: ${"x".repeat(20_000)}`]), /its head is too long/],
    [Buffer.from(`POST /${"x".repeat(20_000)}`), /its head is too long/],
  ];
  for (const [bytes, expected] of cases) {
    const decoder = new LibprocessDecoder();
    const { error = "no error" } = decoder.push(bytes);
    assert.match(error, expected);
    assert.match(error, /^Cannot decode a libprocess message: /);
    assert.deepEqual(decoder.push(http([line, from])), { error });
  }
});

test("LibprocessDecoder gives the messages before a broken one first", () => {
  const decoder = new LibprocessDecoder();
  const bytes = Buffer.concat([http([line, from]), http(["GET / HTTP/1.1"])]);
  assert.equal(decoder.push(bytes).value?.length, 1);
  assert.match(decoder.error ?? "", /not the request line/);
  assert.ok(decoder.push(Buffer.from("x")).error);
});

test("LibprocessDecoder refuses a body above its limit, in one piece or in many", () => {
  const chunks = "5\r\n12345\r\n".repeat(3);
  const whole = new LibprocessDecoder({ bodyBytesMax: 12 });
  assert.match(whole.push(http([line, from, "Content-Length: 13"])).error ?? "", /longer than 12/);
  const chunked = new LibprocessDecoder({ bodyBytesMax: 12 });
  const head = [line, from, "Transfer-Encoding: chunked"];
  assert.match(chunked.push(http(head, chunks)).error ?? "", /longer than 12/);
});

test("LibprocessDecoder takes any bytes, and damaged traffic, in any pieces", () => {
  const some = traffic.subarray(0, 6000);
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    arbitraryDamage(some),
  );
  const cut = input.chain((all) => arbitraryPieces(all).map((pieces) => ({ all, pieces })));
  fc.assert(
    fc.property(cut, ({ all, pieces }) => {
      const whole = outcomeOf([all]);
      assert.deepEqual(outcomeOf(pieces), whole);
    }),
    { numRuns: 500 },
  );
});

function outcomeOf(pieces: readonly Uint8Array[]) {
  const decoder = new LibprocessDecoder();
  const messages = pieces.flatMap((piece) => decoder.push(piece).value ?? []);
  return { messages: messages.map(comparable), error: decoder.error };
}
