/**
 * Messages from JSON values, as forgiving as Mesos's parser and no more.
 *
 * Unknown fields are ignored, null is unset, numbers and booleans may be strings, a repeated field
 * may be given as a single value, an unknown enum value is dropped unless the field is required.
 * Errors have Mesos's words, which name the field but not its path; of several errors the one of the
 * alphabetically first field is reported, because Mesos's objects are sorted.
 */

import type { Result } from "@tavola/base";
import { decodeBase64, parseJson } from "./json-text.ts";
import { emptyValue, setEntry } from "./map-entry.ts";
import { missingFields } from "./message-problems.ts";
import {
  type EnumType,
  type Field,
  type MessageType,
  oneofSiblings,
  type ScalarKind,
} from "./message-type.ts";

/** Deeper messages and arrays are refused. */
const nestingMax = 200;

/** Carries Mesos's words from where the problem is found to `readMessageJson`. */
class Unconvertible {
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
  }
}

type Order = "byNumber" | "byName";

export function readMessageJson(type: MessageType<unknown>, json: unknown): Result<unknown> {
  const read = attempt(type, json, "byNumber");
  // Only the words depend on the order; the first attempt's gives the keys theirs.
  return read.error === undefined ? read : attempt(type, json, "byName");
}

function attempt(type: MessageType<unknown>, json: unknown, order: Order): Result<unknown> {
  if (!isObject(json)) return { error: "Expecting a JSON object" };
  const reader = new JsonReader(order);
  try {
    const value = reader.message(type, json, 0);
    if (reader.isComplete) return { value };
    return { error: `Missing required fields: ${missingFields(type, value).join(", ")}` };
  } catch (error) {
    if (!(error instanceof Unconvertible)) throw error;
    return { error: error.problem };
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

const fieldOrders: Readonly<Record<Order, WeakMap<MessageType<unknown>, readonly Field[]>>> = {
  byNumber: new WeakMap(),
  byName: new WeakMap(),
};

function fieldsOf(type: MessageType<unknown>, order: Order): readonly Field[] {
  let fields = fieldOrders[order].get(type);
  if (fields === undefined) {
    fields = type.fields.toSorted(
      order === "byNumber" ? (a, b) => a[0] - b[0] : (a, b) => (a[1] < b[1] ? -1 : 1),
    );
    fieldOrders[order].set(type, fields);
  }
  return fields;
}

class JsonReader {
  readonly #order: Order;
  #isComplete = true;

  constructor(order: Order) {
    this.#order = order;
  }

  /** Whether no required field was missing so far. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  message(type: MessageType<unknown>, json: JsonObject, depth: number): Record<string, unknown> {
    if (depth > nestingMax) throw new Unconvertible("The JSON is nested too deeply");
    const message: Record<string, unknown> = {};
    for (const field of fieldsOf(type, this.#order)) {
      const name = field[1];
      const value =
        Object.hasOwn(json, name) && !isOverruled(type, field, json)
          ? this.#field(field, json[name], depth)
          : undefined;
      if (value !== undefined) message[name] = value;
      else if (field[3] === "required") this.#isComplete = false;
    }
    return message;
  }

  #field(field: Field, json: unknown, depth: number): unknown {
    if (json === null) return undefined;
    const label = field[3];
    if (label === "repeated") {
      const list: unknown[] = [];
      this.#addElements(list, field, json, depth);
      return list;
    }
    if (label === "map") {
      const map: Record<string, unknown> = {};
      this.#addEntries(map, field, json, depth);
      return map;
    }
    return this.#value(field, json, depth);
  }

  /** A single value stands for a list of one; lists in lists are one list. */
  #addElements(list: unknown[], field: Field, json: unknown, depth: number): void {
    if (depth > nestingMax) throw new Unconvertible("The JSON is nested too deeply");
    if (json === null) return;
    if (Array.isArray(json)) {
      for (const element of json) this.#addElements(list, field, element, depth + 1);
    } else {
      const value = this.#value(field, json, depth);
      if (value !== undefined) list.push(value);
    }
  }

  #addEntries(map: Record<string, unknown>, field: Field, json: unknown, depth: number): void {
    if (!isObject(json)) throw unexpected(field, json);
    const kind = field[2];
    // Errors name the field of the entry, not of the message.
    const valueField: Field = [2, "value", kind, "optional"];
    for (const [key, element] of Object.entries(json)) {
      const value = element === null ? undefined : this.#value(valueField, element, depth);
      setEntry(map, key, value ?? this.#emptyValue(kind));
    }
  }

  #emptyValue(kind: Field[2]): unknown {
    if (typeof kind !== "string" && kind.form === "message") return this.message(kind, {}, 0);
    return emptyValue(kind);
  }

  /** undefined when the value counts as unset. */
  #value(field: Field, json: unknown, depth: number): unknown {
    const kind = field[2];
    if (typeof kind === "string") return scalarFrom(field, kind, json);
    if (kind.form === "enum") return enumFrom(field, kind, json);
    if (!isObject(json)) throw unexpected(field, json);
    return this.message(kind, json, depth + 1);
  }
}

/** Of several members of a oneof the alphabetically last counts, as in Mesos's sorted objects. */
function isOverruled(type: MessageType<unknown>, field: Field, json: JsonObject): boolean {
  if (field[4]?.oneof === undefined) return false;
  return oneofSiblings(type, field).some(([, name]) => name > field[1] && json[name] != null);
}

function enumFrom(field: Field, kind: EnumType, json: unknown): string | undefined {
  if (typeof json !== "string") throw unexpected(field, json);
  if (Object.hasOwn(kind.numbers, json)) return json;
  if (field[3] === "required") throw new Unconvertible(`Failed to find enum for '${json}'`);
  return undefined;
}

function scalarFrom(field: Field, kind: ScalarKind, json: unknown): unknown {
  switch (kind) {
    case "string":
      if (typeof json !== "string") throw unexpected(field, json);
      return json;
    case "bytes":
      return bytesFrom(field, json);
    case "bool":
      return booleanFrom(field, json);
    case "double":
      return Number(numberFrom(field, json));
    default:
      return integerFrom(field, kind, numberFrom(field, json));
  }
}

function bytesFrom(field: Field, json: unknown): Uint8Array {
  if (typeof json !== "string") throw unexpected(field, json);
  const decoded = decodeBase64(json);
  if (decoded.error === undefined) return decoded.value;
  throw new Unconvertible(`Failed to base64 decode bytes field '${field[1]}': ${decoded.error}`);
}

function booleanFrom(field: Field, json: unknown): boolean {
  if (typeof json === "boolean") return json;
  if (typeof json !== "string") throw unexpected(field, json);
  const { value, error = wrongType } = parseJson(json);
  if (typeof value === "boolean") return value;
  throw new Unconvertible(
    `Failed to parse '${json}' as a JSON boolean for field '${field[1]}': ${error}`,
  );
}

function numberFrom(field: Field, json: unknown): number | bigint {
  if (typeof json === "number" || typeof json === "bigint") return json;
  if (typeof json !== "string") throw unexpected(field, json);
  if (field[2] === "double" && namedDoubles.has(json)) return Number(json);
  const { value, error = wrongType } = parseJson(json);
  if (typeof value === "number" || typeof value === "bigint") return value;
  throw new Unconvertible(
    `Failed to parse '${json}' as a JSON number for field '${field[1]}': ${error}`,
  );
}

const wrongType = "Unexpected JSON type parsed";
const namedDoubles: ReadonlySet<string> = new Set(["Infinity", "-Infinity", "NaN"]);

type IntegerKind = Exclude<ScalarKind, "double" | "bool" | "string" | "bytes">;

const integerRanges: Readonly<Record<IntegerKind, readonly [low: bigint, high: bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  bigint64: [-(2n ** 63n), 2n ** 63n - 1n],
};

/**
 * A fraction is cut off, as in Mesos.
 *
 * Differs: a number out of the field's range is an error; Mesos takes whatever the cast makes of it.
 */
function integerFrom(field: Field, kind: IntegerKind, json: number | bigint): number | bigint {
  const [low, high] = integerRanges[kind];
  const whole = typeof json === "bigint" ? json : Math.trunc(json);
  if (!(whole >= low && whole <= high))
    throw new Unconvertible(`Number ${json} is out of range for field '${field[1]}'`);
  return kind === "bigint64" ? BigInt(whole) : Number(whole);
}

function unexpected(field: Field, json: unknown): Unconvertible {
  return new Unconvertible(`Not expecting a JSON ${jsonTypeOf(json)} for field '${field[1]}'`);
}

function jsonTypeOf(json: unknown): string {
  if (Array.isArray(json)) return "array";
  if (json === null) return "null";
  return typeof json === "bigint" ? "number" : typeof json;
}
