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

/** The text of one message. */
export type JsonWriter = (message: unknown) => string;

export function compileJsonWriter(
  type: MessageType<unknown>,
  writerOf: (type: MessageType<unknown>) => JsonWriter,
): JsonWriter {
  const kinds: MessageType<unknown>[] = [];
  const lines = type.fields.flatMap((field) => fieldLines(field, kinds));
  const nested = kinds.map((_, i) => `let f${i};`).join(" ");
  const create = new Function(
    "t",
    "writerOf",
    "kinds",
    `"use strict";
${nested}
return function write(m) {
let s = "", v;
${lines.join("\n")}
return s === "" ? "{}" : "{" + s + "}";
};`,
  ) as (
    t: typeof text,
    of: typeof writerOf,
    nestedTypes: readonly MessageType<unknown>[],
  ) => JsonWriter;
  return create(text, writerOf, kinds);
}

/** What the compiled code calls. */
const text = {
  quote: quoteJson,
  double: formatDouble,
  integer: formatInteger,
  base64: encodeBase64,
};

/** Adds a member to `s`. */
function member(name: string, expression: string): string {
  return `s += (s === "" ? ${JSON.stringify(`"${name}":`)} : ${JSON.stringify(`,"${name}":`)}) + ${expression};`;
}

function fieldLines(field: Field, kinds: MessageType<unknown>[]): string[] {
  const [, name, kind, label, options] = field;
  const load = `v = m.${name};`;
  const { before, expression } = element(kind, kinds);
  switch (label) {
    case "required":
      return [
        `${load} if (v == null) throw new TypeError("missing");`,
        ...before,
        member(name, expression),
      ];
    case "repeated":
      return [
        `${load} if (v != null) { let l = ""; for (const e of v) { const v = e;`,
        ...before,
        `l += (l === "" ? "[" : ",") + ${expression}; }`,
        member(name, '(l === "" ? "[]" : l + "]")'),
        "}",
      ];
    case "map":
      return [
        `${load} if (v != null) { let l = ""; for (const k of Object.keys(v)) { const e = v[k]; { const v = e;`,
        ...before,
        `l += (l === "" ? "{" : ",") + t.quote(k) + ":" + ${expression}; } }`,
        member(name, '(l === "" ? "{}" : l + "}")'),
        "}",
      ];
    default:
      return [
        `${load} if (v != null) {`,
        ...before,
        member(name, expression),
        options?.default === undefined || options.deprecated === true
          ? "}"
          : `} else ${member(name, JSON.stringify(defaultText(kind, options.default)))}`,
      ];
  }
}

/** Code that comes before, and the expression that gives the text of `v`. */
function element(
  kind: Field[2],
  kinds: MessageType<unknown>[],
): { readonly before: readonly string[]; readonly expression: string } {
  if (typeof kind !== "string") {
    if (kind.form === "enum") return { before: [enumCheck(kind)], expression: `'"' + v + '"'` };
    const index = kinds.push(kind) - 1;
    return {
      before: [`if (f${index} === undefined) f${index} = writerOf(kinds[${index}]);`],
      expression: `f${index}(v)`,
    };
  }
  switch (kind) {
    case "string":
      return { before: typeCheck("string"), expression: "t.quote(v)" };
    case "bytes":
      return { before: [], expression: `'"' + t.base64(v) + '"'` };
    case "bool":
      return { before: [], expression: '(v ? "true" : "false")' };
    case "double":
      return { before: typeCheck("number"), expression: "t.double(v)" };
    case "bigint64":
      return { before: typeCheck("bigint"), expression: "t.integer(v)" };
    default:
      return { before: typeCheck("number"), expression: "t.integer(v)" };
  }
}

function typeCheck(name: string): readonly string[] {
  return [`if (typeof v !== "${name}") throw new TypeError("not a ${name}");`];
}

function enumCheck(kind: EnumType): string {
  const names = JSON.stringify(Object.fromEntries(Object.keys(kind.numbers).map((n) => [n, 1])));
  return `if (${names}[v] !== 1) throw new TypeError("not a value of the enum");`;
}

function defaultText(kind: Field[2], value: unknown): string {
  if (kind === "double") return formatDouble(value as number);
  return typeof value === "string" ? quoteJson(value) : String(value);
}
