/**
 * Every message that was recorded from a real Mesos decodes, and encodes again to the same bytes.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type RecordedMessage,
  recordedApiMessages,
  recordedInternalAsMessages,
} from "../testing/recordings.ts";
import { AgentInfo } from "./generated/v1.ts";
import { parseJson } from "./json-text.ts";
import { decodeBody } from "./message-body.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";
import { formatMessageJson, parseMessageJson } from "./message-json.ts";
import { decodePlainly } from "./plain-decoder.ts";

/**
 * Recorded messages that an executor's SUBSCRIBED carries an agent's info in. `mesos.v1.AgentInfo`
 * of Mesos does not know the internal form's field 7, and writes what it does not know last; our one
 * type for both knows it and writes it in its place.
 */
const fieldSevenLast = new Set([
  "v1-executor/command.jsonl:4",
  "v1-executor/command.jsonl:8",
  "v1-executor/command.jsonl:28",
  "v1-executor/pods-checks.jsonl:3",
  "v1-executor/pods-resubscribe.jsonl:3",
  "v1-executor/pods-resubscribe.jsonl:28",
  "v1-executor/pods.jsonl:3",
]);

const all = [...recordedInternalAsMessages(), ...recordedApiMessages()];

/** Whether Mesos could not read the body, and not just did not like what it read. */
function isUnreadable({ refusal }: RecordedMessage): boolean {
  return refusal !== undefined && /^Failed to (?:parse body|convert JSON) into/.test(refusal);
}

const messages = all.filter((message) => !isUnreadable(message));

function decode({ where, type, format, bytes }: RecordedMessage): unknown {
  const { value, error } =
    format === "protobuf" ? decodeMessage(type, bytes) : parseMessageJson(type, bytes.toString());
  assert.equal(error, undefined, where);
  return value;
}

/** A double's text with its value spelled out, because Mesos's last digit is not always the nearest. */
function withExactDoubles(json: string): string {
  return json.replace(/(?<=[:[])-?\d+\.\d+(?:e-?\d+)?(?=[,}\]])/g, (text) =>
    Number(text).toPrecision(20),
  );
}

test("the recordings are there, in both formats and both directions", () => {
  const protobufs = messages.filter(({ format }) => format === "protobuf");
  const written = messages.filter((m) => m.format === "json" && m.direction === "response");
  assert.ok(protobufs.length > 700, `${protobufs.length} protobuf messages`);
  assert.ok(written.length > 220, `${written.length} JSON messages written by Mesos`);
  assert.ok(messages.length - protobufs.length > written.length, "JSON requests");
});

test("encodeMessage() writes every recorded protobuf message again as it was", () => {
  for (const message of messages) {
    if (message.format !== "protobuf" || fieldSevenLast.has(message.where)) continue;
    const bytes = Buffer.from(encodeMessage(message.type, decode(message)));
    assert.equal(bytes.toString("hex"), message.bytes.toString("hex"), message.where);
  }
});

test("encodeMessage() puts AgentInfo.checkpoint in its place where Mesos has it last", () => {
  for (const message of messages) {
    if (!fieldSevenLast.has(message.where)) continue;
    const bytes = Buffer.from(encodeMessage(message.type, decode(message)));
    assert.equal(bytes.length, message.bytes.length, message.where);
    assert.notEqual(bytes.toString("hex"), message.bytes.toString("hex"), message.where);
    assert.deepEqual(decodeMessage(message.type, bytes).value, decode(message), message.where);
  }
  const checkpoint = AgentInfo.fields.find(([, name]) => name === "checkpoint");
  assert.equal(checkpoint?.[0], 7);
});

test("the plain decoder agrees with the compiled one on every recorded message", () => {
  for (const message of messages) {
    if (message.format !== "protobuf") continue;
    const plain = decodePlainly(message.type, message.bytes);
    assert.deepEqual(plain.value, decode(message), message.where);
  }
});

test("formatMessageJson() writes what Mesos wrote as JSON again as it was", () => {
  for (const message of messages) {
    if (message.format !== "json" || message.direction !== "response") continue;
    const text = formatMessageJson(message.type, decode(message));
    const recorded = message.bytes.toString();
    assert.equal(withExactDoubles(text), withExactDoubles(recorded), message.where);
    assert.equal(text.length, recorded.length, message.where);
  }
});

test("what clients wrote as JSON comes back as the same message, by JSON and by protobuf", () => {
  for (const message of messages) {
    if (message.format !== "json" || message.direction !== "request") continue;
    const value = decode(message);
    const again = parseMessageJson(message.type, formatMessageJson(message.type, value));
    assert.deepEqual(withoutDefaults(again.value, value), value, message.where);
    const bytes = encodeMessage(message.type, value);
    assert.deepEqual(decodeMessage(message.type, bytes).value, withoutEmptyLists(value));
  }
});

test("decodeBody() refuses what Mesos cannot read, in its words, and nothing else", () => {
  for (const message of all) {
    const { error } = decodeBody(message.type, message.format, message.bytes);
    assert.equal(error, isUnreadable(message) ? message.refusal : undefined, message.where);
  }
  const refused = new Set(all.filter(isUnreadable).map(({ refusal }) => refusal));
  assert.ok(refused.size >= 6, `${refused.size} different refusals`);
});

test("parseJson() keeps every digit of the recorded nanoseconds", () => {
  const status = all.find(({ where }) => where === "http/master-v1-GET_STATE.txt");
  assert.ok(status);
  assert.match(status.bytes.toString(), /"nanoseconds":\d{19}\b/);
  const digits = /"nanoseconds":(\d{19})/.exec(status.bytes.toString())?.[1] ?? "";
  const { value } = parseJson(`{"nanoseconds":${digits}}`);
  assert.deepEqual(value, { nanoseconds: BigInt(digits) });
});

/** `again` without the members that only the writing of defaults has added. */
function withoutDefaults(again: unknown, original: unknown): unknown {
  if (Array.isArray(again) && Array.isArray(original))
    return again.map((element, i) => withoutDefaults(element, original[i]));
  if (!isRecord(again) || !isRecord(original)) return again;
  const kept = Object.entries(again).filter(([key]) => key in original);
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutDefaults(value, original[key])]),
  );
}

function withoutEmptyLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyLists);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, v]) => !(Array.isArray(v) && v.length === 0));
  return Object.fromEntries(kept.map(([key, element]) => [key, withoutEmptyLists(element)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}
