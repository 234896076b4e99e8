/**
 * Any message of a type, for fast-check; and bytes that are nearly one. For tests only.
 */

import fc from "fast-check";
import type { Field, MessageType } from "../src/index.ts";
import type { ScalarKind } from "../src/message-type.ts";

/** Optional messages deeper than this are left out; required ones never are. */
const depthMax = 4;

/** Members are absent as often as present, lists and maps short. */
export function arbitraryMessage(type: MessageType<unknown>, depth = 0): fc.Arbitrary<object> {
  const required = type.fields.filter(([, , , label]) => label === "required");
  const optional = type.fields.filter(
    ([, , kind, label]) =>
      label !== "required" &&
      (depth < depthMax || typeof kind === "string" || kind.form === "enum"),
  );
  // A few members of a wide message at a time; all of them together would only be slow.
  return fc
    .subarray(optional, { maxLength: Math.min(optional.length, 6) })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(
          [...required, ...chosen.filter(isFirstOfOneof)].map((field) => [
            field[1],
            arbitraryField(field, depth),
          ]),
        ),
        { noNullPrototype: true },
      ),
    );
}

/** Two members of a oneof do not come back as two. */
function isFirstOfOneof([, , , , options]: Field, i: number, fields: readonly Field[]): boolean {
  const oneof = options?.oneof;
  return oneof === undefined || fields.findIndex((other) => other[4]?.oneof === oneof) === i;
}

function arbitraryField([, , kind, label]: Field, depth: number): fc.Arbitrary<unknown> {
  const element = arbitraryElement(kind, depth);
  if (label === "repeated") return fc.array(element, { minLength: 1, maxLength: 3 });
  if (label === "map")
    return fc.dictionary(arbitraryText(), element, {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    });
  return element;
}

function arbitraryElement(kind: Field[2], depth: number): fc.Arbitrary<unknown> {
  if (typeof kind === "string") return arbitraryScalar(kind);
  if (kind.form === "enum") return fc.constantFrom(...Object.keys(kind.numbers));
  return arbitraryMessage(kind, depth + 1);
}

/** Mostly short, mostly ASCII, sometimes neither. */
function arbitraryText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ maxLength: 70 }),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constant("x".repeat(200)),
  );
}

function arbitraryScalar(kind: ScalarKind): fc.Arbitrary<unknown> {
  switch (kind) {
    case "string":
      return arbitraryText();
    case "bytes":
      return fc.uint8Array({ maxLength: 80 });
    case "bool":
      return fc.boolean();
    case "double":
      return fc.double();
    case "int32":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case "uint32":
      return fc.nat(2 ** 32 - 1);
    case "int64":
      return fc.maxSafeInteger();
    case "uint64":
      return fc.maxSafeNat();
    case "bigint64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  }
}

/** What happens to bytes on their way: one byte changed, some gone, some doubled, cut off. */
export function arbitraryDamage(bytes: Uint8Array): fc.Arbitrary<Buffer> {
  const position = fc.nat(Math.max(0, bytes.length - 1));
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff));
  return fc.oneof(
    fc.tuple(position, byte).map(([at, value]) => {
      const damaged = Buffer.from(bytes);
      if (damaged.length > 0) damaged[at] = value;
      return damaged;
    }),
    fc.tuple(position, fc.nat(8)).map(([at, count]) => without(bytes, at, count)),
    fc.tuple(position, fc.nat(40)).map(([at, count]) => doubled(bytes, at, count)),
    position.map((at) => Buffer.from(bytes.subarray(0, at))),
  );
}

function without(bytes: Uint8Array, at: number, count: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]);
}

function doubled(bytes: Uint8Array, at: number, count: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at + count), bytes.subarray(at)]);
}

/** The pieces of `bytes` when it is cut at any of some places. */
export function arbitraryPieces(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.nat(bytes.length), { maxLength: 12 }).map((cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
    return places.slice(1).map((place, i) => bytes.subarray(places[i], place));
  });
}
