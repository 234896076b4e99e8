/**
 * Compiles a message's table of fields into the function that reads it.
 *
 * The compiled decoder reads what well-behaved peers send in one loop over the bytes: it keeps every
 * field in a local variable and makes the object at the end, its keys always in the same order, so
 * that equal-looking messages share one hidden class. Unknown fields, unknown enum values, packed and
 * unpacked lists are all in its stride. For what must be merged (a message field that comes twice)
 * and for every error it throws `unreadable`, and the plain decoder takes over.
 */

import {
  type EnumType,
  type Field,
  type MessageType,
  oneofSiblings,
  type ScalarKind,
} from "./message-type.ts";
import type { WireReader } from "./wire-reader.ts";
import { depthMax, unreadable } from "./wire-reader.ts";

/** Reads a message that lies between two positions; throws `unreadable` when that is not plain. */
export type Decoder = (bytes: Buffer, from: number, end: number, depth: number) => unknown;

/** Resolves the decoder of a nested type when it is first needed. */
export type DecoderOf = (type: MessageType<unknown>) => Decoder;

export function compileDecoder(
  type: MessageType<unknown>,
  reader: WireReader,
  decoderOf: DecoderOf,
): Decoder {
  const source = new DecoderSource();
  for (const field of [...type.fields].sort((a, b) => a[0] - b[0]))
    source.field(field, oneofSiblings(type, field));
  const create = new Function("r", "decoderOf", "kinds", "unreadable", source.text()) as (
    r: WireReader,
    decoderOf: DecoderOf,
    kinds: readonly unknown[],
    unreadable: symbol,
  ) => Decoder;
  return create(reader, decoderOf, source.kinds, unreadable);
}

class DecoderSource {
  readonly kinds: unknown[] = [];
  readonly #outer: string[] = [];
  readonly #cases: string[] = [];
  readonly #locals: string[] = [];
  readonly #required: string[] = [];
  readonly #assignments: string[] = [];

  field([number, name, kind, label]: Field, siblings: readonly Field[] = []): void {
    const local = `f${number}`;
    this.#locals.push(local);
    if (label === "required") this.#required.push(local);
    this.#assignments.push(
      label === "required"
        ? `this.${name} = ${local};`
        : `if (${local} !== undefined) this.${name} = ${local};`,
    );
    if (label === "map") {
      this.#map(number, local, kind);
    } else {
      const repeated = label === "repeated";
      const store = repeated
        ? addTo(local)
        : [`${local} = v;`, ...siblings.map(([other]) => `f${other} = undefined;`)].join(" ");
      if (typeof kind === "string") this.#scalar(number, kind, local, store, repeated);
      else if (kind.form === "enum") this.#enum(number, kind, local, store, repeated);
      else this.#message(number, kind, repeated ? "" : this.#once(local), store);
    }
  }

  text(): string {
    const required = this.#required.map((local) => `${local} === undefined`).join(" || ");
    const parameters = this.#locals.join(", ");
    return `"use strict";
${this.#outer.join("\n")}
function Message(${parameters}) {
${this.#assignments.join("\n")}
}
Message.prototype = Object.prototype;
return function decode(b, p, end, d) {
${parameters === "" ? "" : `let ${parameters};`}
let t, n, v;
while (p < end) {
t = b[p++];
if (t > 127) { t = r.prefix(b, p - 1, end); p = r.at; }
switch (t) {
${this.#cases.join("\n")}
default: p = r.skip(b, t, p, end, d);
}
}
if (p !== end) throw unreadable;
${required === "" ? "" : `if (${required}) throw unreadable;`}
return new Message(${parameters});
};`;
  }

  #case(number: number, wireType: number, lines: readonly string[]): void {
    this.#cases.push(`case ${number * 8 + wireType}: {`, ...lines, "break;", "}");
  }

  #scalar(number: number, kind: ScalarKind, local: string, store: string, repeated: boolean): void {
    if (kind === "string" || kind === "bytes") {
      const read = kind === "string" ? "string" : "blob";
      this.#case(number, 2, [...readLength, `v = r.${read}(b, p, p + n);`, "p += n;", store]);
      return;
    }
    const wireType = kind === "double" ? 1 : 0;
    this.#case(number, wireType, [...readScalar(kind, "end"), store]);
    if (repeated) this.#packed(number, local, [...readScalar(kind, "stop"), `${local}.push(v);`]);
  }

  #enum(number: number, kind: EnumType, local: string, store: string, repeated: boolean): void {
    const index = this.kinds.push(namesByNumber(kind)) - 1;
    this.#outer.push(`const e${index} = kinds[${index}];`);
    const name = `v = e${index}.get(v);`;
    this.#case(number, 0, [
      ...readScalar("int32", "end"),
      name,
      `if (v !== undefined) { ${store} }`,
    ]);
    if (repeated) {
      const push = `if (v !== undefined) ${local}.push(v);`;
      this.#packed(number, local, [...readScalar("int32", "stop"), name, push]);
    }
  }

  #packed(number: number, local: string, readOne: readonly string[]): void {
    this.#case(number, 2, [
      ...readLength,
      `if (${local} === undefined) ${local} = [];`,
      "const stop = p + n;",
      `while (p < stop) { ${readOne.join("\n")} }`,
      "if (p !== stop) throw unreadable;",
    ]);
  }

  #message(number: number, kind: MessageType<unknown>, check: string, store: string): void {
    const index = this.kinds.push(kind) - 1;
    this.#outer.push(`let d${index};`);
    this.#case(number, 2, [
      check,
      ...readLength,
      `if (d${index} === undefined) d${index} = decoderOf(kinds[${index}]);`,
      `if (d > ${depthMax}) throw unreadable;`,
      `v = d${index}(b, p, p + n, d + 1);`,
      "p += n;",
      store,
    ]);
  }

  /** A message that comes in pieces is to be merged; that is left to the plain decoder. */
  #once(local: string): string {
    return `if (${local} !== undefined) throw unreadable;`;
  }

  /** An entry of a map is a message of key (1) and value (2); of equal keys the last one counts. */
  #map(number: number, local: string, kind: Field[2]): void {
    const entry = new DecoderSource();
    entry.field([1, "key", "string", "optional"]);
    entry.field([2, "value", kind, "optional"]);
    const index = this.kinds.push(entry.kinds) - 1;
    this.#outer.push(
      `const d${index} = (function (kinds) {\n${entry.text()}\n})(kinds[${index}]);`,
    );
    this.#case(number, 2, [
      ...readLength,
      `v = d${index}(b, p, p + n, d + 1);`,
      "p += n;",
      // An entry without key or value is legal and unheard of.
      "if (v.key === undefined || v.value === undefined) throw unreadable;",
      `if (v.key === "__proto__") throw unreadable;`,
      `(${local} ??= {})[v.key] = v.value;`,
    ]);
  }
}

/**
 * Code that adds `v` to a list. PERF: an array that grows by `push` makes room for seventeen more, and
 * most lists have one or two items: those are made as long as they are.
 */
function addTo(local: string): string {
  return `if (${local} === undefined) ${local} = [v];
else if (${local}.length === 1) ${local} = [${local}[0], v];
else ${local}.push(v);`;
}

/** Code that reads a length into `n`, which then does not reach beyond `end`. */
const readLength: readonly string[] = [
  "n = b[p++];",
  "if (n > 127) { n = r.prefix(b, p - 1, end); p = r.at; }",
  "if (!(n <= end - p)) throw unreadable;",
];

/** Code that reads a number at `p` into `v`. */
function readScalar(kind: ScalarKind, end: string): readonly string[] {
  if (kind === "double") {
    return [`if (p + 8 > ${end}) throw unreadable;`, "v = r.double(p); p += 8;"];
  }
  const short = kind === "bool" ? "v = v !== 0;" : kind === "bigint64" ? "v = BigInt(v);" : "";
  return [
    `if (p >= ${end}) throw unreadable;`,
    "v = b[p++];",
    `if (v > 127) { v = r.${kind}(b, p - 1, ${end}); p = r.at; }${short === "" ? "" : ` else { ${short} }`}`,
  ];
}

/** The first name of each number: an alias is read as what it stands for. */
function namesByNumber(kind: EnumType): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(kind.numbers))
    if (!names.has(number)) names.set(number, name);
  return names;
}
