/**
 * proto2's rules, one test each, on small messages made for it. Bytes are written out by hand.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Offer } from "./generated/v1.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";
import { enumeration, type MessageType, message } from "./message-type.ts";

type Color = "RED" | "GREEN" | "FAR" | "BELOW";
const Color = enumeration<Color>("test.Color", { RED: 0, GREEN: 1, FAR: 300, BELOW: -1 });

interface Inner {
  id: string;
  note?: string;
  list?: readonly number[];
  inner?: Inner;
}
const Inner: MessageType<Inner> = message("test.Inner", () => [
  [1, "id", "string", "required"],
  [2, "note", "string", "optional"],
  [3, "list", "uint32", "repeated"],
  [4, "inner", Inner, "optional"],
]);

interface Outer {
  text?: string;
  raw?: Uint8Array;
  flag?: boolean;
  ratio?: number;
  small?: number;
  large?: number;
  count?: number;
  unsigned?: number;
  exact?: bigint;
  color?: Color;
  colors?: readonly Color[];
  numbers?: readonly number[];
  ratios?: readonly number[];
  inner?: Inner;
  inners?: readonly Inner[];
  byName?: Readonly<Record<string, Inner>>;
  labels?: Readonly<Record<string, string>>;
}
const Outer: MessageType<Outer> = message("test.Outer", () => [
  [1, "text", "string", "optional", { default: "default" }],
  [2, "raw", "bytes", "optional"],
  [3, "flag", "bool", "optional", { default: true }],
  [4, "ratio", "double", "optional"],
  [5, "small", "int32", "optional"],
  [6, "large", "int64", "optional"],
  [7, "count", "uint32", "optional"],
  [8, "unsigned", "uint64", "optional"],
  [9, "exact", "bigint64", "optional"],
  [10, "color", Color, "optional"],
  [11, "colors", Color, "repeated"],
  [12, "numbers", "int32", "repeated"],
  [13, "ratios", "double", "repeated"],
  [14, "inner", Inner, "optional"],
  [15, "inners", Inner, "repeated"],
  [16, "byName", Inner, "map"],
  [2047, "labels", "string", "map"],
]);

interface Strict {
  color: Color;
}
const Strict: MessageType<Strict> = message("test.Strict", () => [[1, "color", Color, "required"]]);

function hex(type: MessageType<unknown>, value: unknown): string {
  return Buffer.from(encodeMessage(type, value)).toString("hex");
}

function fromHex<T>(type: MessageType<T>, text: string): T | string {
  const { value, error } = decodeMessage(type, Buffer.from(text.replaceAll(" ", ""), "hex"));
  return error ?? value;
}

function roundTrip(value: Outer): Outer | string {
  const { value: again, error } = decodeMessage(Outer, encodeMessage(Outer, value));
  return error ?? again;
}

test("a field set to its default is written, an absent one is not", () => {
  assert.equal(
    hex(Outer, { text: "default", flag: true, small: 0 }),
    "0a0764656661756c741801" + "2800",
  );
  assert.equal(hex(Outer, {}), "");
  assert.deepEqual(fromHex(Outer, ""), {});
  assert.deepEqual(fromHex(Outer, "1800 2800"), { flag: false, small: 0 });
});

test("a decoded message is a plain object without keys for what is absent", () => {
  const outer = fromHex(Outer, "2807") as Outer;
  assert.equal(Object.getPrototypeOf(outer), Object.prototype);
  assert.deepEqual(Object.keys(outer), ["small"]);
});

test("fields are written in ascending order, whatever the order in memory", () => {
  assert.equal(hex(Outer, { count: 1, small: 2, text: "" }), "0a00" + "2802" + "3801");
});

test("negative int32, int64 and enum values take ten bytes", () => {
  const minusOne = "ffffffffffffffffff01";
  assert.equal(hex(Outer, { small: -1 }), `28${minusOne}`);
  assert.equal(hex(Outer, { large: -1 }), `30${minusOne}`);
  assert.equal(hex(Outer, { color: "BELOW" }), `50${minusOne}`);
  assert.deepEqual(fromHex(Outer, `28${minusOne} 30${minusOne} 50${minusOne}`), {
    small: -1,
    large: -1,
    color: "BELOW",
  });
});

test("64-bit numbers are exact to 2^53 and end at the bounds of their type", () => {
  for (const large of [2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 31), -(2 ** 53) + 1])
    assert.deepEqual(roundTrip({ large }), { large });
  for (const unsigned of [2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1, 2 ** 63])
    assert.deepEqual(roundTrip({ unsigned }), { unsigned });
  assert.equal(hex(Outer, { large: 2 ** 63 }), "30ffffffffffffffff7f");
  assert.equal(hex(Outer, { large: Number.POSITIVE_INFINITY }), "30ffffffffffffffff7f");
  assert.equal(hex(Outer, { large: -(2 ** 70) }), "3080808080808080808001");
  assert.equal(hex(Outer, { unsigned: 2 ** 64 }), "40ffffffffffffffffff01");
  assert.equal(hex(Outer, { unsigned: -5 }), "4000");
  assert.equal(hex(Outer, { small: 2 ** 40 }), "28ffffffff07");
  assert.equal(hex(Outer, { count: 2 ** 40 }), "38ffffffff0f");
});

test("bigint64 keeps every bit", () => {
  for (const exact of [0n, 1795230062355799040n, 2n ** 63n - 1n, -(2n ** 63n), -1n])
    assert.deepEqual(roundTrip({ exact }), { exact });
});

test("doubles come back as they were, NaN and infinities among them", () => {
  for (const ratio of [0.1, -0, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN])
    assert.deepEqual(roundTrip({ ratio }), { ratio });
});

test("strings of every length and script come back as they were", () => {
  for (const length of [0, 1, 47, 48, 49, 63, 64, 65, 127, 128, 16_383, 16_384, 200_000]) {
    assert.deepEqual(roundTrip({ text: "x".repeat(length) }), { text: "x".repeat(length) });
    assert.deepEqual(roundTrip({ text: "é€𝄞".repeat(length) }), { text: "é€𝄞".repeat(length) });
  }
  assert.deepEqual(roundTrip({ text: "\u0000\u007f\u0080" }), { text: "\u0000\u007f\u0080" });
});

test("an unpaired surrogate is written as U+FFFD, and so is read what is not UTF-8", () => {
  assert.equal(hex(Outer, { text: "a\ud800b" }), "0a0561efbfbd62");
  assert.deepEqual(fromHex(Outer, "0a02 ff41"), { text: "\ufffdA" });
});

test("equal short strings are told apart by every byte", () => {
  for (const text of ["agent-0000000001-S1", "agent-1000000001-S1", "agent-0000000001-S1"])
    assert.deepEqual(roundTrip({ text }), { text });
});

test("decoded bytes are a copy", () => {
  const input = Buffer.from("12020102", "hex");
  const { value } = decodeMessage(Outer, input);
  input.fill(0);
  assert.deepEqual(value?.raw, new Uint8Array([1, 2]));
});

test("an encoded message is not touched by the next encoding", () => {
  const first = encodeMessage(Outer, { text: "first" });
  encodeMessage(Outer, { text: "other" });
  assert.deepEqual(decodeMessage(Outer, first).value, { text: "first" });
});

test("a message of many megabytes outgrows the buffer, and the next one is well", () => {
  const raw = new Uint8Array(9_000_000).fill(7);
  const inners = Array.from({ length: 3000 }, (_, i) => ({ id: "x".repeat(i) }));
  assert.deepEqual(roundTrip({ inners, raw }), { inners, raw });
  assert.deepEqual(roundTrip({ text: "small" }), { text: "small" });
});

test("a nested message's length takes the bytes it needs, whatever the one before it took", () => {
  for (const size of [1, 200, 1, 20_000, 200, 1, 3_000_000, 5]) {
    const inners = [{ id: "x".repeat(size) }, { id: "y" }, { id: "z".repeat(size) }];
    assert.deepEqual(roundTrip({ inners }), { inners });
  }
});

test("lists are read packed and unpacked, in any mixture", () => {
  assert.deepEqual(fromHex(Outer, "6001 6203 029601 6003"), { numbers: [1, 2, 150, 3] });
  assert.deepEqual(fromHex(Outer, "5a03 00ac02 5801"), { colors: ["RED", "FAR", "GREEN"] });
  assert.deepEqual(fromHex(Outer, "6a08 000000000000f03f"), { ratios: [1] });
  assert.equal(hex(Outer, { numbers: [1, 150] }), "6001" + "609601");
});

test("an unknown enum value is dropped where it may be, and an error where one must be", () => {
  assert.deepEqual(fromHex(Outer, "5007 5807 5801"), { colors: ["GREEN"] });
  assert.deepEqual(fromHex(Strict, "0801"), { color: "GREEN" });
  assert.equal(
    fromHex(Strict, "0807"),
    "Cannot decode test.Strict: required field 'color' is missing",
  );
});

test("unknown fields of every wire type are skipped, groups with all that is in them", () => {
  const unknown = "9806ffff03 99060000000000000000 9a0602abcd 9d0600000000";
  const group = "9b06 0801 9b06 0802 9c06 0a0141 9c06";
  assert.deepEqual(fromHex(Outer, `2801 ${unknown} ${group} 3802`), { small: 1, count: 2 });
});

test("a known number with another wire type counts as unknown", () => {
  assert.deepEqual(fromHex(Outer, "0801 2801"), { small: 1 });
  assert.deepEqual(fromHex(Outer, "2a020101"), {});
});

test("of a scalar that comes twice the last counts, a message that does is merged", () => {
  assert.deepEqual(fromHex(Outer, "2801 2802"), { small: 2 });
  // inner { id: "a", list: [1] } and inner { note: "n", list: [2] }
  assert.deepEqual(fromHex(Outer, "7205 0a0161 1801 7205 12016e 1802"), {
    inner: { id: "a", note: "n", list: [1, 2] },
  });
});

test("of the members of a oneof the last counts", () => {
  interface Choice {
    number?: number;
    inner?: Inner;
    other?: number;
  }
  const Choice: MessageType<Choice> = message("test.Choice", () => [
    [1, "number", "int32", "optional", { oneof: "choice" }],
    [2, "inner", Inner, "optional", { oneof: "choice" }],
    [3, "other", "int32", "optional"],
  ]);
  assert.deepEqual(fromHex(Choice, "1807 0801 1203 0a0161"), { inner: { id: "a" }, other: 7 });
  assert.deepEqual(fromHex(Choice, "1203 0a0161 0801"), { number: 1 });
  assert.deepEqual(fromHex(Choice, "1203 12016e 1203 0a0161 0801 0802"), { number: 2 });
});

test("a required field may come with the second piece of a message", () => {
  assert.deepEqual(fromHex(Outer, "7203 12016e 7203 0a0161"), { inner: { id: "a", note: "n" } });
});

test("a missing required field is named with its path", () => {
  assert.equal(
    fromHex(Outer, "7a05 0a016122 00 7a00"),
    "Cannot decode test.Outer: required fields 'inners[0].inner.id', 'inners[1].id' are missing",
  );
  assert.equal(
    fromHex(Outer, "7200"),
    "Cannot decode test.Outer: required field 'inner.id' is missing",
  );
});

test("a message that is cut off is refused with the place", () => {
  const cases: Readonly<Record<string, RegExp>> = {
    "0a05 6162": /^Cannot decode test\.Outer: field 'text' has 5 bytes, only 2 are there$/,
    "72030a0561": /field 'inner\.id' has 5 bytes, only 1 are there$/,
    "28": /field 'small' is malformed or cut off at byte 1$/,
    "28ff": /field 'small' is malformed or cut off at byte 1$/,
    "21 00": /field 'ratio' is cut off$/,
    "80": /the message is malformed or cut off at byte 0$/,
    "62 02 01ff": /field 'numbers\[1\]' is malformed or cut off/,
    "9b06 0801": /the message has a malformed or cut off field 99$/,
    "9c06": /the message has a malformed or cut off field 99$/,
    "00": /the message has a malformed or cut off field 0$/,
    "0f": /malformed or cut off field 1$/,
  };
  for (const [bytes, expected] of Object.entries(cases))
    assert.match(String(fromHex(Outer, bytes)), expected, bytes);
});

test("lengths and varints beyond their limits are refused", () => {
  // A length of 2^63, of 2^32, of -1; a varint of eleven bytes.
  for (const bytes of [
    "0affffffffffffffff7f",
    "0a808080801000",
    "0affffffffffffffffff01",
    "28ffffffffffffffffffff01",
  ])
    assert.match(String(fromHex(Outer, bytes)), /malformed or cut off at byte 1$/, bytes);
});

test("an overlong varint within ten bytes is read", () => {
  assert.deepEqual(fromHex(Outer, "2881808000"), { small: 1 });
  assert.deepEqual(fromHex(Outer, "a8808000 01"), { small: 1 });
});

test("a 64-bit varint in a 32-bit field loses its upper half", () => {
  assert.deepEqual(fromHex(Outer, "2881808080f0ffffffff01"), { small: 1 });
  assert.deepEqual(fromHex(Outer, "3881808080f0ffffffff01"), { count: 1 });
});

test("messages and groups nested deeper than a hundred are refused", () => {
  let inner: Inner = { id: "" };
  for (let i = 0; i < 90; i++) inner = { id: "", inner };
  assert.deepEqual(roundTrip({ inner }), { inner });
  for (let i = 0; i < 90; i++) inner = { id: "", inner };
  assert.match(String(roundTrip({ inner })), /nested too deeply$/);
  assert.match(String(fromHex(Outer, "9b06".repeat(5000))), /malformed or cut off field 99$/);
});

test("maps keep their keys, `__proto__` among them, and the last of equal ones", () => {
  const labels = JSON.parse('{"b":"1","a":"2","__proto__":"3"}') as Record<string, string>;
  assert.deepEqual(roundTrip({ labels }), { labels });
  assert.equal(({} as { polluted?: string }).polluted, undefined);
  assert.deepEqual(fromHex(Outer, "fa7f 060a01611201 31 fa7f 060a01611201 32"), {
    labels: { a: "2" },
  });
  const byName = { x: { id: "1" }, y: { id: "2", list: [1] } };
  assert.deepEqual(roundTrip({ byName }), { byName });
});

test("a map entry without key or value stands for empty ones", () => {
  assert.deepEqual(fromHex(Outer, "fa7f00 fa7f030a0161"), { labels: { "": "", a: "" } });
  assert.match(String(fromHex(Outer, "82010 0")), /'byName\[0\]\.value\.id' is missing$/);
});

test("encodeMessage() throws, and says where, for what is no such message", () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [
      { inners: [{ id: "a" }, {}] },
      /Cannot encode test\.Outer: required field 'inners\[1\]\.id' is missing$/,
    ],
    [{ text: 5 }, /field 'text' must be a string, is a number$/],
    [{ small: "5" }, /field 'small' must be a number, is "5"$/],
    [{ small: Number.NaN }, /field 'small' must be a number, is NaN$/],
    [{ exact: 5 }, /field 'exact' must be a bigint, is a number$/],
    [{ raw: [1] }, /field 'raw' must be a Uint8Array, is an array$/],
    [{ color: "BLUE" }, /field 'color' must be a value of test\.Color, is "BLUE"$/],
    [{ color: "toString" }, /field 'color' must be a value of test\.Color/],
    [{ inner: "a" }, /field 'inner' must be a message, is "a"$/],
    [{ numbers: 5 }, /field 'numbers' must be an array, is a number$/],
    [{ byName: { a: {} } }, /required field 'byName\[0\]\.value\.id' is missing$/],
    [{ flag: 1 }, /field 'flag' must be a boolean, is a number$/],
    [null, /the value must be a message, is null$/],
  ];
  for (const [value, expected] of cases)
    assert.throws(
      () => encodeMessage(Outer, value as Outer),
      expected,
      JSON.stringify(value ?? null, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v)),
    );
});

test("the error of a real message reads as a sentence", () => {
  const offer = { id: { value: "o" }, framework_id: { value: "f" }, agent_id: {}, hostname: "h" };
  assert.throws(() => encodeMessage(Offer, offer as never), {
    message: "Cannot encode mesos.v1.Offer: required field 'agent_id.value' is missing",
  });
});
