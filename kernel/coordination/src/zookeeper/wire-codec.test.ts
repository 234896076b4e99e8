import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FrameDecoder, frameBytesMax } from "./frame-decoder.ts";
import { JuteReader, readAnswer } from "./jute-reader.ts";
import { JuteWriter } from "./jute-writer.ts";
import {
  childrenCall,
  createMemberCall,
  existsCall,
  getAclCall,
  getDataCall,
  multiCall,
  syncCall,
  type WireCall,
} from "./wire-calls.ts";
import {
  encodeAuth,
  encodeCall,
  encodeConnect,
  noTicket,
  readConnectReply,
  readReplyHeader,
  readWatchEvent,
} from "./wire-frames.ts";
import { creatorAcls, formatAcls, openAcls } from "./zookeeper-acls.ts";

const body = (frame: Uint8Array): Buffer => Buffer.from(frame).subarray(4);
const hex = (frame: Uint8Array): string => Buffer.from(frame).toString("hex");

function stat(to: JuteWriter, version: number, owner: bigint): JuteWriter {
  for (let at = 0; at < 4; at += 1) to.long(7n);
  return to.int(version).int(1).int(2).long(owner).int(3).int(0).long(9n);
}

test("JuteWriter and JuteReader agree on every kind of field", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.boolean(),
      fc.uint8Array({ maxLength: 600 }),
      fc.string({ unit: "grapheme", maxLength: 300 }),
      (int, long, bool, bytes, text) => {
        const frame = new JuteWriter().int(int).long(long).bool(bool).buffer(bytes).string(text);
        const reader = new JuteReader(body(frame.frame()));
        assert.equal(reader.int(), int);
        assert.equal(reader.long(), long);
        assert.equal(reader.bool(), bool);
        assert.deepEqual(reader.buffer(), bytes);
        assert.equal(reader.string(), text);
        assert.ok(reader.isAtEnd);
      },
    ),
  );
});

test("a session's first frame is the one that ZooKeeper's own clients send", () => {
  assert.equal(
    hex(encodeConnect(noTicket, 0n, 4000)),
    `0000002d${"00000000"}${"0000000000000000"}${"00000fa0"}${"0000000000000000"}00000010${"00".repeat(16)}00`,
  );
  assert.equal(
    hex(encodeAuth("u", "p")),
    `0000001d${"fffffffc"}${"00000064"}${"00000000"}00000006${hex(Buffer.from("digest"))}00000003${hex(Buffer.from("u:p"))}`,
  );
});

test("a call's frame: length, xid, kind, then what it asks", () => {
  assert.equal(
    hex(encodeCall(5, existsCall("/a", true))),
    `0000000f${"00000005"}${"00000003"}00000002${hex(Buffer.from("/a"))}01`,
  );
  const create = new JuteReader(body(encodeCall(1, createMemberCall("/g/m_", bytes, openAcls))));
  assert.deepEqual([create.int(), create.int(), create.string()], [1, 1, "/g/m_"]);
  assert.deepEqual(create.buffer(), bytes);
  assert.deepEqual(
    create.list(12, () => [create.int(), create.string(), create.string()]),
    [[31, "world", "anyone"]],
  );
  assert.equal(create.int(), 3);
  assert.ok(create.isAtEnd);
});

const bytes = new Uint8Array([1, 2, 3]);

test("answers are read: data, children, rights, connect reply, header, event", () => {
  const read = <T>(call: WireCall<T>, frame: JuteWriter): T =>
    call.read(new JuteReader(body(frame.frame())));
  assert.deepEqual(read(getDataCall("/a"), stat(new JuteWriter().buffer(bytes), 4, 5n)), {
    value: bytes,
    version: 4,
    ephemeralOwner: 5n,
  });
  assert.deepEqual(read(childrenCall("/", false), new JuteWriter().int(1).string("x")), ["x"]);
  assert.deepEqual(read(childrenCall("/", false), new JuteWriter().int(-1)), []);
  const acl = new JuteWriter().int(1).int(1).string("world").string("anyone");
  assert.deepEqual(read(getAclCall("/"), stat(acl, 0, 0n)), [creatorAcls[0]]);
  const reply = new JuteWriter().int(0).int(4000).long(77n).buffer(bytes).bool(false).frame();
  assert.deepEqual(readConnectReply(new JuteReader(body(reply))), {
    timeoutMs: 4000,
    ticket: { id: 77n, password: bytes },
  });
  const header = new JuteWriter().int(-1).long(12n).int(-101).frame();
  assert.deepEqual(readReplyHeader(new JuteReader(body(header))), {
    xid: -1,
    zxid: 12n,
    error: -101,
  });
  const event = new JuteWriter().int(4).int(3).string("/a").frame();
  assert.deepEqual(readWatchEvent(new JuteReader(body(event))), { kind: "children", path: "/a" });
});

test("a multi's answer gives each step its error, and must have one for each", () => {
  const call = multiCall([
    { kind: "create", path: "/a", value: bytes, acls: openAcls },
    { kind: "set", path: "/b", value: bytes, version: 1 },
    { kind: "check", path: "/c", version: 1 },
  ]);
  const head = (to: JuteWriter, kind: number): JuteWriter => to.int(kind).bool(false).int(0);
  const end = (to: JuteWriter): Buffer => body(to.int(-1).bool(true).int(-1).frame());
  const done = head(new JuteWriter(), 1).string("/a");
  stat(head(done, 5), 2, 0n);
  assert.deepEqual(call.read(new JuteReader(end(head(done, 13)))), [0, 0, 0]);
  const failed = head(head(head(new JuteWriter(), -1).int(0), -1).int(-103), -1).int(-2);
  assert.deepEqual(call.read(new JuteReader(end(failed))), [0, -103, -2]);
  const short = end(head(new JuteWriter(), -1).int(0));
  assert.match(readAnswer(() => call.read(new JuteReader(short))).error ?? "", /1 results of 3/);
});

test("FrameDecoder finds the same frames however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 10 }),
      (payloads, cuts) => {
        const lengths = payloads.map((payload) => {
          const length = Buffer.alloc(4);
          length.writeInt32BE(payload.length);
          return Buffer.concat([length, payload]);
        });
        const stream = Buffer.concat(lengths);
        const decoder = new FrameDecoder();
        const found: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = cuts[turn % cuts.length] ?? 1;
          found.push(...(decoder.push(stream.subarray(at, at + size)).value ?? []));
          at += size;
        }
        assert.deepEqual(
          found.map((frame) => frame.toString("hex")),
          payloads.map((payload) => hex(payload)),
        );
      },
    ),
  );
});

test("FrameDecoder refuses a length beyond its maximum or below zero before it holds anything", () => {
  for (const length of [frameBytesMax + 1, 2 ** 31 - 1, -1]) {
    const bad = Buffer.alloc(4);
    bad.writeInt32BE(length);
    assert.match(new FrameDecoder().push(bad).error ?? "", /a frame of/);
  }
});

const everyAnswer: readonly ((from: JuteReader) => unknown)[] = [
  (from) => existsCall("/", false).read(from),
  (from) => getDataCall("/").read(from),
  (from) => childrenCall("/", false).read(from),
  (from) => getAclCall("/").read(from),
  (from) => syncCall("/").read(from),
  (from) => createMemberCall("/", bytes, openAcls).read(from),
  (from) => multiCall([{ kind: "check", path: "/", version: 0 }]).read(from),
  readConnectReply,
  readReplyHeader,
  readWatchEvent,
];

test("whatever a server sends is an answer or an error, never a throw or a huge list", () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.constantFrom(0, 1, 2, 5, 13, 0x7f, 0x80, 0xff), { maxLength: 160 })
      .map((list) => new Uint8Array(list)),
  );
  fc.assert(
    fc.property(anything, fc.nat(everyAnswer.length - 1), (sent, which) => {
      const read = everyAnswer[which];
      assert.ok(read);
      const answer = readAnswer(() => read(new JuteReader(Buffer.from(sent))));
      assert.ok("value" in answer || typeof answer.error === "string");
    }),
    { numRuns: 5_000 },
  );
});

test("formatAcls() says who may do what, without digests", () => {
  assert.equal(
    formatAcls([
      { permissions: 1, scheme: "world", id: "anyone" },
      { permissions: 31, scheme: "digest", id: "joe:c2VjcmV0" },
    ]),
    "world:anyone: read; digest:joe: all",
  );
});
