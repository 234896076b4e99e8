/**
 * Compiles a message's table of fields into the function that writes it as Mesos's JSON.
 *
 * Fields come in the order of the .proto file, and an unset optional field that has a default is
 * written with it unless it is deprecated. A list or map that is there but empty is written as empty:
 * Mesos's read calls do that, its events leave them out, so it is the caller's choice. Like the
 * encoder, the compiled code only stops at a message that is not what its table says.
 */

import { encodeBase64, formatDouble, formatInteger, quoteJson } from "./json-text.ts";
import type { EnumType, Field, MessageType } from "./message-type.ts";
import { v0EnumValue, v0FieldName } from "./v0-names.ts";

/** The text of one message. */
export type JsonWriter = (message: unknown) => string;

/** Which names the text has: v1's, or those of the unversioned protocol. */
export type JsonNames = "v1" | "v0";

export function compileJsonWriter(
  type: MessageType<unknown>,
  names: JsonNames,
  writerOf: (type: MessageType<unknown>) => JsonWriter,
): JsonWriter {
  const source = new JsonWriterSource(names);
  for (const field of type.fields) source.field(field);
  const create = new Function("t", "writerOf", "kinds", source.text()) as (
    t: typeof texts,
    of: typeof writerOf,
    kinds: readonly MessageType<unknown>[],
  ) => JsonWriter;
  return create(texts, writerOf, source.kinds);
}

/** What the compiled code calls. */
const texts = {
  quote: quoteJson,
  double: formatDouble,
  integer: formatInteger,
  base64: encodeBase64,
};

class JsonWriterSource {
  /** The message types that the code refers to by index. */
  readonly kinds: MessageType<unknown>[] = [];
  readonly #names: JsonNames;
  readonly #outer: string[] = [];
  readonly #lines: string[] = [];

  constructor(names: JsonNames) {
    this.#names = names;
  }

  field([, key, kind, label, options]: Field): void {
    const name = this.#names === "v0" ? v0FieldName(key) : key;
    const { check, text } = this.#element(kind);
    this.#lines.push(`v = m.${key};`);
    if (label === "required") {
      this.#lines.push('if (v == null) throw new TypeError("missing");', check, member(name, text));
      return;
    }
    this.#lines.push("if (v != null) {");
    if (label === "repeated") {
      this.#lines.push(
        `let l = ""; for (const e of v) { const v = e; ${check}`,
        `l += (l === "" ? "[" : ",") + ${text}; }`,
        member(name, '(l === "" ? "[]" : l + "]")'),
      );
    } else if (label === "map") {
      this.#lines.push(
        `let l = ""; for (const k of Object.keys(v)) { const e = v[k]; { const v = e; ${check}`,
        `l += (l === "" ? "{" : ",") + t.quote(k) + ":" + ${text}; } }`,
        member(name, '(l === "" ? "{}" : l + "}")'),
      );
    } else {
      this.#lines.push(check, member(name, text));
    }
    this.#lines.push("}");
    if (options?.default !== undefined && options.deprecated !== true)
      this.#lines.push(`else ${member(name, JSON.stringify(defaultText(kind, options.default)))}`);
  }

  text(): string {
    return `"use strict";
${this.#outer.join("\n")}
return function write(m) {
let s = "", v, n;
${this.#lines.join("\n")}
return s === "" ? "{}" : "{" + s + "}";
};`;
  }

  /** Code that checks `v`, and the expression that then gives its text. */
  #element(kind: Field[2]): { readonly check: string; readonly text: string } {
    if (typeof kind !== "string")
      return kind.form === "enum" ? this.#enum(kind) : this.#message(kind);
    switch (kind) {
      case "string":
        return { check: checkType("string"), text: "t.quote(v)" };
      case "bytes":
        return { check: checkType("object"), text: `'"' + t.base64(v) + '"'` };
      case "bool":
        return { check: "", text: '(v ? "true" : "false")' };
      case "double":
        return { check: checkType("number"), text: "t.double(v)" };
      case "bigint64":
        return { check: checkType("bigint"), text: "t.integer(v)" };
      default:
        return { check: checkType("number"), text: "t.integer(v)" };
    }
  }

  #message(kind: MessageType<unknown>): { readonly check: string; readonly text: string } {
    const writer = `f${this.kinds.push(kind) - 1}`;
    this.#outer.push(`let ${writer};`);
    return {
      check: `if (${writer} === undefined) ${writer} = writerOf(kinds[${this.kinds.length - 1}]);`,
      text: `${writer}(v)`,
    };
  }

  /** Quoted names in a table; what is not in it, or is only there by inheritance, is no string. */
  #enum(kind: EnumType): { readonly check: string; readonly text: string } {
    const quoted = Object.keys(kind.numbers).map((name) => [
      name,
      `"${this.#names === "v0" ? v0EnumValue(name) : name}"`,
    ]);
    const table = `e${this.#outer.length}`;
    this.#outer.push(`const ${table} = ${JSON.stringify(Object.fromEntries(quoted))};`);
    const misfit = 'throw new TypeError("not a value of the enum");';
    return { check: `n = ${table}[v]; if (typeof n !== "string") ${misfit}`, text: "n" };
  }
}

/** Adds a member to `s`. */
function member(name: string, value: string): string {
  const first = JSON.stringify(`"${name}":`);
  const later = JSON.stringify(`,"${name}":`);
  return `s += (s === "" ? ${first} : ${later}) + ${value};`;
}

function checkType(name: string): string {
  return `if (typeof v !== "${name}") throw new TypeError("not a ${name}");`;
}

function defaultText(kind: Field[2], value: unknown): string {
  if (kind === "double") return formatDouble(value as number);
  return typeof value === "string" ? quoteJson(value) : String(value);
}
