/**
 * Compiles a message's table of fields into the function that writes it.
 *
 * One straight line of code per message: each field in ascending order (as Mesos writes them) is
 * tested for presence and written, with its tag's bytes as constants. Nested messages are called
 * directly and compiled when first met. The length of a nested message is unknown before it is
 * written, so bytes are left free for it: as many as it took the last time at that place, which is
 * right nearly always; otherwise the message is moved.
 *
 * A field that is missing or not what its table says is a bug of ours; the compiled code only stops
 * there, and message-codec.ts finds out where "there" is.
 */

import { invariant } from "@tavola/base";
import type { EnumType, Field, MessageType, ScalarKind } from "./message-type.ts";
import { slackBytes, type WireWriter } from "./wire-writer.ts";

/** Writes `message` into the writer's buffer from `at` on; gives the position after it. */
export type Encoder = (message: unknown, at: number) => number;

/** Resolves the encoder of a nested type when it is first needed. */
export type EncoderOf = (type: MessageType<unknown>) => Encoder;

/** Largest number of bytes that a field without variable length takes, its tag included. */
const fixedFieldBytesMax = 15;

export function compileEncoder(
  type: MessageType<unknown>,
  writer: WireWriter,
  encoderOf: EncoderOf,
): Encoder {
  const fields = [...type.fields].sort((a, b) => a[0] - b[0]);
  invariant(
    fields.length * fixedFieldBytesMax < slackBytes / 2,
    `${type.typeName} has more fields than the encoder's slack allows`,
  );
  const source = new EncoderSource();
  for (const field of fields) source.field(field);
  const create = new Function("w", "encoderOf", "kinds", source.text()) as (
    w: WireWriter,
    encoderOf: EncoderOf,
    kinds: readonly unknown[],
  ) => Encoder;
  return create(writer, encoderOf, source.kinds);
}

class EncoderSource {
  /** The message types, and tables of enum numbers, that the code refers to by index. */
  readonly kinds: unknown[] = [];
  readonly #outer: string[] = [];
  readonly #lines: string[] = [];

  field([number, name, kind, label]: Field): void {
    const value = `m.${name}`;
    if (label === "map") {
      this.#map(number, value, kind);
    } else if (label === "repeated") {
      this.#lines.push(
        `v = ${value}; if (v != null) {`,
        'if (!Array.isArray(v)) throw new TypeError("not an array");',
        "for (let i = 0, a = v; i < a.length; i++) {",
        "if (p > w.room) { w.grow(p); b = w.bytes; }",
        "const v = a[i];",
        ...this.#element(number, kind),
        "} }",
      );
    } else if (label === "required") {
      this.#lines.push(
        `v = ${value}; if (v == null) throw new TypeError("missing");`,
        ...this.#element(number, kind),
      );
    } else {
      this.#lines.push(`v = ${value}; if (v != null) {`, ...this.#element(number, kind), "}");
    }
  }

  text(): string {
    return `"use strict";
${this.#outer.join("\n")}
return function encode(m, p) {
if (typeof m !== "object") throw new TypeError("not a message");
if (p > w.room) w.grow(p);
let b = w.bytes, v, s, n, k;
${this.#lines.join("\n")}
return p;
};`;
  }

  /** An entry of a map is a message of key (1) and value (2). */
  #map(number: number, value: string, kind: Field[2]): void {
    this.#lines.push(
      `v = ${value}; if (v != null) for (const key of Object.keys(v)) {`,
      "if (p > w.room) { w.grow(p); b = w.bytes; }",
      ...tag(number, 2),
      "const at = p++;",
      ...tag(1, 2),
      "p = w.string(key, p); b = w.bytes;",
      "{ const map = v; { const v = map[key];",
      ...this.#element(2, kind),
      "} }",
      "p = w.length(at, 1, p - at - 1); b = w.bytes;",
      "}",
    );
  }

  /** Code that writes tag and value of `v`. */
  #element(number: number, kind: Field[2]): string[] {
    if (typeof kind === "string") return scalar(number, kind);
    return kind.form === "enum" ? this.#enum(number, kind) : this.#message(number, kind);
  }

  #enum(number: number, kind: EnumType): string[] {
    const index = this.kinds.push(new Map(Object.entries(kind.numbers))) - 1;
    this.#outer.push(`const e${index} = kinds[${index}];`);
    return [
      `n = e${index}.get(v); if (n === undefined) throw new TypeError("not a value of the enum");`,
      ...tag(number, 0),
      "if (n < 128 && n >= 0) b[p++] = n; else p = w.int64(n, p);",
    ];
  }

  #message(number: number, kind: MessageType<unknown>): string[] {
    const index = this.kinds.push(kind) - 1;
    const reserve = this.#reserve();
    // Resolved before the first call, not by it: a call site that has only ever seen one function
    // can be inlined.
    this.#outer.push(`let f${index};`);
    return [
      `if (f${index} === undefined) f${index} = encoderOf(kinds[${index}]);`,
      ...tag(number, 2),
      // Copied, because a message within itself passes here again before its own length is known.
      `k = ${reserve}; s = p; p = f${index}(v, s + k); b = w.bytes;`,
      "n = p - s - k;",
      "if (k === 1 && n < 128) b[s] = n;",
      "else if (k === 2 && n > 127 && n < 16384) { b[s] = n & 127 | 128; b[s + 1] = n >> 7; }",
      `else { p = w.length(s, k, n); b = w.bytes; ${reserve} = p - s - n; }`,
      "if (p > w.room) { w.grow(p); b = w.bytes; }",
    ];
  }

  /** A variable that remembers how many bytes the length at this place took last time. */
  #reserve(): string {
    const name = `r${this.#outer.length}`;
    this.#outer.push(`let ${name} = 1;`);
    return name;
  }
}

/** Code that writes the tag's bytes. */
function tag(number: number, wireType: number): string[] {
  const lines: string[] = [];
  let rest = number * 8 + wireType;
  for (; rest > 127; rest >>>= 7) lines.push(`b[p++] = ${(rest & 127) | 128};`);
  lines.push(`b[p++] = ${rest};`);
  return lines;
}

function scalar(number: number, kind: ScalarKind): string[] {
  switch (kind) {
    case "string":
      return [...tag(number, 2), "p = w.string(v, p); b = w.bytes;"];
    case "bytes":
      return [...tag(number, 2), "p = w.blob(v, p); b = w.bytes;"];
    case "bool":
      return [checkType("boolean"), ...tag(number, 0), "b[p++] = v ? 1 : 0;"];
    case "double":
      return [checkType("number"), ...tag(number, 1), "w.view.setFloat64(p, v, true); p += 8;"];
    case "bigint64":
      return [checkType("bigint"), ...tag(number, 0), "p = w.bigint64(v, p);"];
    default:
      return [
        checkType("number"),
        ...tag(number, 0),
        `if (v < 128 && v >= 0) b[p++] = v; else p = w.${kind}(v, p);`,
      ];
  }
}

function checkType(name: string): string {
  return `if (typeof v !== "${name}") throw new TypeError("not a ${name}");`;
}
