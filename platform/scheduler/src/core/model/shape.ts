/**
 * What a field of the API's JSON can be: a text, a number, a word of a closed set, a list, a map.
 *
 * A `Shape<T>` reads JSON leniently, as Singularity's clients are used to (null is absent, `8080` will
 * do for a text and `"3"` for a number), and says which field is wrong when one is; it writes a value
 * as JSON text; and it describes itself as a JSON schema, from which our OpenAPI document is made.
 * Objects are put together of these in `fields.ts`.
 */

import type { Result } from "@tavola/base";

/** A JSON schema, as far as we need it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface Shape<T> {
  /** What the OpenAPI document calls it; absent for what it spells out in place. */
  readonly name?: string;
  /** The error begins with the field's path: `deploy.resources.cpus must be a number, not "many"`. */
  parse(json: unknown, path: string): Result<T>;
  /** JSON text. */
  format(value: T): string;
  readonly schema: JsonSchema;
  /** Shapes named within, for the OpenAPI document. */
  readonly parts: readonly Shape<never>[];
}

type ScalarOptions<T> = {
  readonly wanted: string;
  readonly schema: JsonSchema;
  readonly read: (json: unknown) => T | undefined;
  /** Default: as it is. */
  readonly format?: (value: T) => string;
};

function scalar<T>(options: ScalarOptions<T>): Shape<T> {
  return {
    parse(json, path) {
      const value = options.read(json);
      return value === undefined ? wrong(path, options.wanted, json) : { value };
    },
    format: options.format ?? ((value) => JSON.stringify(value)),
    schema: options.schema,
    parts: [],
  };
}

/** The error of a value of the wrong kind. */
export function wrong(path: string, wanted: string, json: unknown): { readonly error: string } {
  const shown = JSON.stringify(json) ?? "nothing";
  const short = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
  return { error: `${path === "" ? "the body" : path} must be ${wanted}, not ${short}` };
}

export const text: Shape<string> = scalar({
  wanted: "a text",
  schema: { type: "string" },
  read: (json) => {
    if (typeof json === "string") return json;
    return typeof json === "number" || typeof json === "boolean" ? String(json) : undefined;
  },
});

export const decimal: Shape<number> = scalar({
  wanted: "a number",
  schema: { type: "number" },
  read: readNumber,
});

/**
 * A whole number that fits a double exactly; parts of one are cut off, as Singularity does. What is
 * written is whole as well: clients with types refuse a millisecond and a half.
 */
export const whole: Shape<number> = scalar({
  wanted: "a whole number",
  schema: { type: "integer" },
  read: (json) => {
    const value = readNumber(json);
    if (value === undefined || Math.abs(value) > Number.MAX_SAFE_INTEGER) return undefined;
    return Math.trunc(value) + 0;
  },
  format: (value) => JSON.stringify(Math.trunc(value)),
});

function readNumber(json: unknown): number | undefined {
  // Minus zero, which JSON has not, is zero.
  if (typeof json === "number") return Number.isFinite(json) ? json + 0 : undefined;
  if (typeof json !== "string" || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(json)) {
    return undefined;
  }
  const value = Number(json);
  return Number.isFinite(value) ? value + 0 : undefined;
}

export const truth: Shape<boolean> = scalar({
  wanted: "true or false",
  schema: { type: "boolean" },
  read: (json) => {
    if (typeof json === "boolean") return json;
    if (json === "true") return true;
    return json === "false" ? false : undefined;
  },
});

/** Whatever JSON it is, kept as it is. */
export const anything: Shape<unknown> = scalar({
  wanted: "JSON",
  schema: {},
  read: (json) => json,
});

/** One of a closed set of words. `synonyms` are understood, but never given. */
export function oneOf<T extends string>(
  words: readonly T[],
  synonyms: Readonly<Record<string, T>> = {},
): Shape<T> {
  const known = new Map<string, T>([
    ...words.map((word) => [word, word] as const),
    ...Object.entries(synonyms),
  ]);
  return scalar({
    wanted: `one of ${words.join(", ")}`,
    schema: { type: "string", enum: [...words] },
    read: (json) => (typeof json === "string" ? known.get(json) : undefined),
  });
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    parse(json, path) {
      if (!Array.isArray(json)) return wrong(path, "a list", json);
      const value: T[] = [];
      for (const [index, element] of json.entries()) {
        const parsed = item.parse(element, `${path}[${index}]`);
        if (parsed.error !== undefined) return parsed;
        value.push(parsed.value);
      }
      return { value };
    },
    format: (value) => `[${value.map((element) => item.format(element)).join(",")}]`,
    schema: { type: "array", items: schemaOf(item) },
    parts: [item as Shape<never>],
  };
}

/** Keys are any text; those of Singularity's maps by instance number are digits, as in all JSON. */
export function mapOf<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    parse(json, path) {
      if (!isObject(json)) return wrong(path, "an object", json);
      const value: Record<string, T> = {};
      for (const [key, element] of Object.entries(json)) {
        if (element === null) continue;
        const parsed = item.parse(element, `${path}.${key}`);
        if (parsed.error !== undefined) return parsed;
        define(value, key, parsed.value);
      }
      return { value };
    },
    format: (value) =>
      `{${Object.entries(value)
        .map(([key, element]) => `${JSON.stringify(key)}:${item.format(element)}`)
        .join(",")}}`,
    schema: { type: "object", additionalProperties: schemaOf(item) },
    parts: [item as Shape<never>],
  };
}

/** By name where it has one. */
export function schemaOf(shape: Shape<never> | Shape<unknown>): JsonSchema {
  const { name, schema } = shape as Shape<unknown>;
  return name === undefined ? schema : { $ref: `#/components/schemas/${name}` };
}

/** A body's text to a value; text that is no JSON is an error as well. */
export function parseText<T>(shape: Shape<T>, body: string): Result<T> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return { error: `the body is not JSON: ${error instanceof Error ? error.message : error}` };
  }
  return shape.parse(json, "");
}

export function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** A key such as `__proto__` is a key like any other. */
function define(record: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(record, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
