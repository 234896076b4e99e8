/**
 * What must hold of any message, and of any bytes that claim to be one.
 *
 * A failing input is printed by fast-check; it is then added to `testdata/damaged-messages.json`,
 * where it is tried for ever.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import protobuf from "protobufjs";
import { arbitraryDamage, arbitraryMessage } from "../testing/arbitrary-messages.ts";
import { allMessageTypes } from "../testing/message-types.ts";
import { recordedApiMessages, recordedInternalAsMessages } from "../testing/recordings.ts";
import * as internal from "./generated/internal.ts";
import * as master from "./generated/master.ts";
import * as scheduler from "./generated/scheduler.ts";
import { Offer, TaskInfo } from "./generated/v1.ts";
import { parseJson } from "./json-text.ts";
import { setEntry } from "./map-entry.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";
import { formatMessageJson, messageFromJson, parseMessageJson } from "./message-json.ts";
import type { MessageType } from "./message-type.ts";
import { decodePlainly } from "./plain-decoder.ts";

const types = allMessageTypes();
const wideTypes: readonly MessageType<unknown>[] = [
  Offer,
  TaskInfo,
  scheduler.Call,
  scheduler.Event,
  master.Response,
  internal.ReregisterSlaveMessage,
  internal.UpdateSlaveMessage,
];

/** Any type with any message of it, wide ones more often. */
const anyMessage = fc
  .oneof(fc.constantFrom(...types), fc.constantFrom(...wideTypes))
  .chain((type) => arbitraryMessage(type).map((value) => ({ type, value })));

/** Strings as they are on the wire: unpaired surrogates do not survive. */
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const copy = {};
  for (const [key, element] of Object.entries(value))
    setEntry(copy, key.toWellFormed(), wellFormed(element));
  return copy;
}

test("decodeMessage() gives back what encodeMessage() was given", () => {
  fc.assert(
    fc.property(anyMessage, ({ type, value }) => {
      const bytes = encodeMessage(type, value);
      const { value: again } = decodeMessage(type, bytes);
      assert.deepEqual(again, wellFormed(value));
      assert.deepEqual(Buffer.from(encodeMessage(type, again)), Buffer.from(bytes));
      assert.deepEqual(decodePlainly(type, Buffer.from(bytes)).value, again);
    }),
    { numRuns: 1000 },
  );
});

test("parseMessageJson() gives back what formatMessageJson() was given, and defaults", () => {
  fc.assert(
    fc.property(anyMessage, ({ type, value }) => {
      const text = formatMessageJson(type, value);
      const { value: again, error } = parseMessageJson(type, text);
      assert.equal(error, undefined);
      // Defaults are written once: what has them already comes back as it is.
      assert.equal(formatMessageJson(type, again), text);
      const { value: third } = parseMessageJson(type, formatMessageJson(type, again));
      assert.deepEqual(third, again);
    }),
    { numRuns: 500 },
  );
});

/** The error or the value: what a decoder made of the bytes must not depend on the way it took. */
function checkDamaged(type: MessageType<unknown>, bytes: Buffer): void {
  const decoded = decodeMessage(type, bytes);
  const plainly = decodePlainly(type, bytes);
  assert.deepEqual(decoded, plainly);
  if (decoded.error !== undefined) {
    assert.ok(decoded.error.startsWith(`Cannot decode ${type.typeName}: `), decoded.error);
    return;
  }
  const again = decodeMessage(type, encodeMessage(type, decoded.value));
  assert.deepEqual(again.value, withoutEmpty(decoded.value));
}

/** A packed list of no elements is an empty list once, and absent when it was written again. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const copy = {};
  for (const [key, element] of Object.entries(value)) {
    if (Array.isArray(element) && element.length === 0) continue;
    setEntry(copy, key, withoutEmpty(element));
  }
  return copy;
}

test("decodeMessage() takes any bytes, and says the same as the plain decoder", () => {
  const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 6 }));
  fc.assert(
    fc.property(fc.constantFrom(...types), anyBytes, (type, bytes) =>
      checkDamaged(type, Buffer.from(bytes)),
    ),
    { numRuns: 3000 },
  );
});

const recorded = [...recordedInternalAsMessages(), ...recordedApiMessages()];

test("decodeMessage() takes recorded messages that were damaged", () => {
  const protobufs = recorded.filter(({ format }) => format === "protobuf");
  const damaged = fc
    .constantFrom(...protobufs)
    .chain(({ type, bytes }) => arbitraryDamage(bytes).map((damage) => ({ type, damage })));
  fc.assert(
    fc.property(damaged, ({ type, damage }) => checkDamaged(type, damage)),
    { numRuns: 3000 },
  );
});

test("parseMessageJson() takes any JSON and any text, and what it accepts can be sent", () => {
  const anyText = fc.oneof(fc.json(), fc.string());
  fc.assert(
    fc.property(fc.constantFrom(...types), anyText, (type, text) => {
      checkJson(type, text);
    }),
    { numRuns: 1000 },
  );
});

test("parseMessageJson() takes recorded JSON that was damaged", () => {
  const jsons = recorded.filter(({ format, bytes }) => format === "json" && bytes.length < 5000);
  const damaged = fc
    .constantFrom(...jsons)
    .chain(({ type, bytes }) => arbitraryDamage(bytes).map((damage) => ({ type, damage })));
  fc.assert(
    fc.property(damaged, ({ type, damage }) => {
      checkJson(type, damage.toString());
    }),
    { numRuns: 1000 },
  );
});

function checkJson(type: MessageType<unknown>, text: string): void {
  const json = parseJson(text);
  if (json.error !== undefined) {
    assert.match(json.error, /^(?:syntax error at line \d+ near: |Parsed JSON included|Unknown)/);
    return;
  }
  const { value, error } = messageFromJson(type, json.value);
  if (error !== undefined) return;
  const { value: sent, error: refused } = decodeMessage(type, encodeMessage(type, value));
  assert.equal(refused, undefined);
  assert.deepEqual(sent, withoutEmpty(wellFormed(value)));
}

test("protobufjs reads what encodeMessage() writes, and writes it the same", () => {
  const proto = join(import.meta.dirname, "../../../proto");
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(proto, target);
  root.loadSync(
    readdirSync(proto, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".proto")),
    { keepCase: true },
  );
  fc.assert(
    fc.property(anyMessage, ({ type, value }) => {
      const theirs = root.lookup(`.${type.typeName}`);
      // Those of native drivers are not in proto/; what lookup() finds then has the same last names.
      if (!(theirs instanceof protobuf.Type) || theirs.fullName !== `.${type.typeName}`) return;
      const bytes = Buffer.from(encodeMessage(type, value));
      assert.deepEqual(Buffer.from(theirs.encode(theirs.decode(bytes)).finish()), bytes);
    }),
    { numRuns: 500 },
  );
});

interface Kept {
  readonly type: string;
  /** Hexadecimal. */
  readonly bytes: string;
  readonly why: string;
}

test("what once went wrong does not again", () => {
  const kept = JSON.parse(
    readFileSync(join(import.meta.dirname, "../testdata/damaged-messages.json"), "utf8"),
  ) as readonly Kept[];
  for (const { type: name, bytes, why } of kept) {
    const type = types.find(({ typeName }) => typeName === name);
    assert.ok(type, name);
    assert.doesNotThrow(() => checkDamaged(type, Buffer.from(bytes, "hex")), why);
  }
});
