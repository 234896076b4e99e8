/**
 * What is wrong with a message in memory, and where: the slow walk behind every error text.
 *
 * Paths are written as protobuf writes them (`offers[0].agent_id.value`), because Mesos's own errors
 * quote them so and scripts read those.
 */

import type { EnumType, Field, MessageType, ScalarKind } from "./message-type.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Enough to mend a message by; a hostile one could lack millions. */
const missingListedMax = 100;

/**
 * Paths of the required fields that `value`, which is otherwise in order, lacks: those of a message
 * before those of the messages in it, in the order that protobuf lists them.
 *
 * Differs: the list ends at a hundred.
 */
export function missingFields(type: MessageType<unknown>, value: unknown): string[] {
  const missing: string[] = [];
  addMissing(missing, type, value as Fields, "");
  return missing;
}

function addMissing(
  missing: string[],
  type: MessageType<unknown>,
  message: Fields,
  prefix: string,
): void {
  for (const [, name, , label] of type.fields)
    if (label === "required" && message[name] == null) missing.push(prefix + name);
  for (const [, name, kind, label] of byNumber(type)) {
    if (typeof kind === "string" || kind.form !== "message") continue;
    for (const [path, element] of elementsOf(message[name], label, prefix + name)) {
      addMissing(missing, kind, element as Fields, `${path}.`);
      if (missing.length >= missingListedMax) return;
    }
  }
}

/** The first thing for which `value` cannot be encoded, in words; undefined when it can be. */
export function encodingProblem(
  type: MessageType<unknown>,
  value: unknown,
  prefix = "",
): string | undefined {
  if (typeof value !== "object" || value === null)
    return `${where(prefix)} must be a message, is ${describe(value)}`;
  for (const [, name, kind, label] of byNumber(type)) {
    const path = prefix + name;
    const field = (value as Fields)[name];
    if (field == null) {
      if (label === "required") return `required field '${path}' is missing`;
      continue;
    }
    if (label === "repeated" && !Array.isArray(field))
      return `field '${path}' must be an array, is ${describe(field)}`;
    for (const [at, element] of elementsOf(field, label, path)) {
      const problem = elementProblem(kind, element, at);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function elementProblem(kind: Field[2], value: unknown, path: string): string | undefined {
  if (typeof kind !== "string") {
    if (kind.form === "message") return encodingProblem(kind, value, `${path}.`);
    return enumProblem(kind, value, path);
  }
  if (fits(kind, value)) return undefined;
  return `field '${path}' must be ${expected[kind]}, is ${describe(value)}`;
}

function enumProblem(kind: EnumType, value: unknown, path: string): string | undefined {
  if (typeof value === "string" && Object.hasOwn(kind.numbers, value)) return undefined;
  return `field '${path}' must be a value of ${kind.typeName}, is ${describe(value)}`;
}

const expected: Readonly<Record<ScalarKind, string>> = {
  double: "a number",
  int32: "a number",
  int64: "a number",
  uint32: "a number",
  uint64: "a number",
  bool: "a boolean",
  string: "a string",
  bytes: "a Uint8Array",
  bigint64: "a bigint",
};

function fits(kind: ScalarKind, value: unknown): boolean {
  if (kind === "string") return typeof value === "string";
  if (kind === "bytes") return value instanceof Uint8Array;
  if (kind === "bool") return typeof value === "boolean";
  if (kind === "bigint64") return typeof value === "bigint";
  return typeof value === "number" && (kind === "double" || !Number.isNaN(value));
}

/** The one element of a singular field, or all of a repeated one or a map, each with its path. */
function* elementsOf(
  value: unknown,
  label: Field[3],
  path: string,
): Generator<readonly [path: string, element: unknown]> {
  if (value == null) return;
  if (label !== "repeated" && label !== "map") {
    yield [path, value];
    return;
  }
  const elements = label === "map" ? Object.values(value) : (value as readonly unknown[]);
  const suffix = label === "map" ? ".value" : "";
  for (const [i, element] of elements.entries()) yield [`${path}[${i}]${suffix}`, element];
}

function byNumber(type: MessageType<unknown>): readonly Field[] {
  return [...type.fields].sort((a, b) => a[0] - b[0]);
}

function where(prefix: string): string {
  return prefix === "" ? "the value" : `field '${prefix.slice(0, -1)}'`;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  return Number.isNaN(value) ? "NaN" : `a ${typeof value}`;
}
