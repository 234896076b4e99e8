/**
 * Field tables: one table per model says how its JSON is read and how it is written.
 *
 * Unknown fields are ignored, or kept where the model has a place for them. A field may go by several
 * names: `also` names are understood and given, `hears` names only understood, `says` names only given.
 * So Singularity's older spellings (`slave…`) are a word in a table and nothing else.
 *
 * Owns the combinator for objects; what is in a field is in `shape.ts`, the tables are in `*-shape.ts`.
 *
 * PERF: writing is string concatenation, about 1 µs per 10 fields; tables marked `isCached` are written
 * once per record, because records never change.
 */

import type { Result } from "@tavola/base";
import { isObject, type JsonSchema, type Shape, schemaOf, wrong } from "./shape.ts";

export interface FieldNames {
  /** Other names that are both understood and given. The first present one counts, this one first. */
  readonly also?: readonly string[];
  readonly hears?: readonly string[];
  readonly says?: readonly string[];
  /** What is said when a required one is missing; default: `<path> is missing`. */
  readonly missing?: string;
}

export interface Field<T> extends FieldNames {
  readonly shape: Shape<T>;
  readonly isRequired: boolean;
  /** What it is when the JSON does not say. */
  readonly absent?: T;
}

export function required<T>(shape: Shape<T>, names: FieldNames = {}): Field<T> {
  return { shape, isRequired: true, ...names };
}

export function optional<T>(shape: Shape<T>, names: FieldNames = {}): Field<T> {
  return { shape, isRequired: false, ...names };
}

/** Never absent once read. */
export function withDefault<T>(shape: Shape<T>, absent: T, names: FieldNames = {}): Field<T> {
  return { shape, isRequired: false, absent, ...names };
}

/** The table must name every property of the model, so that a new one is not forgotten here. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>>;
};

export interface ObjectOptions<T> {
  /** Why fields cannot be understood beside each other; looked at first. */
  readonly refuse?: (json: Readonly<Record<string, unknown>>) => string | undefined;
  /** Before anything is read: what older forms mean, put in today's terms. */
  readonly understand?: (
    json: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>;
  /** What stands for an object that is not one, such as a URI's text for an artifact. */
  readonly shorthand?: (json: unknown) => Readonly<Record<string, unknown>> | undefined;
  /** Given besides the fields, computed from them. */
  readonly says?: Readonly<Record<string, Derived<T>>>;
  /** Name of the property that keeps the fields that the table does not name; they are given back beside the others. */
  readonly rest?: keyof T & string;
  /** The text is kept as long as the record lives. For what is given often, and changes seldom. */
  readonly isCached?: boolean;
}

export interface Derived<T> {
  readonly schema: JsonSchema;
  /** JSON text; undefined: absent. */
  readonly format: (value: T) => string | undefined;
}

interface CompiledField {
  readonly property: string;
  readonly names: readonly string[];
  /** `"name":` of each name that is given. */
  readonly keys: readonly string[];
  readonly field: Field<unknown>;
}

export function object<T extends object>(
  name: string,
  fields: Fields<T>,
  options: ObjectOptions<T> = {},
): Shape<T> {
  const compiled = Object.entries<Field<unknown>>(fields as Record<string, Field<unknown>>)
    .filter(([property]) => property !== options.rest)
    .map(([property, field]) => compileField(property, field));
  const derived = Object.entries(options.says ?? {});
  const known = new Set(compiled.flatMap((field) => field.names));
  const cache = new WeakMap<T, string>();

  function parse(json: unknown, path: string): Result<T> {
    const given = isObject(json) ? json : options.shorthand?.(json);
    if (given === undefined) return wrong(path, "an object", json);
    const refusal = options.refuse?.(given);
    if (refusal !== undefined) return { error: refusal };
    const source = options.understand?.(given) ?? given;
    const value: Record<string, unknown> = {};
    for (const field of compiled) {
      const failure = parseField(field, source, path, value);
      if (failure !== undefined) return failure;
    }
    if (options.rest !== undefined) {
      const rest = Object.entries(source).filter(([key]) => !known.has(key));
      if (rest.length > 0) value[options.rest] = Object.fromEntries(rest);
    }
    return { value: value as T };
  }

  function write(value: T): string {
    const parts: string[] = [];
    for (const { property, keys, field } of compiled) {
      const of = (value as Record<string, unknown>)[property];
      if (of === undefined) continue;
      const formatted = field.shape.format(of);
      for (const key of keys) parts.push(key + formatted);
    }
    for (const [key, { format }] of derived) {
      const formatted = format(value);
      if (formatted !== undefined) parts.push(`${JSON.stringify(key)}:${formatted}`);
    }
    if (options.rest !== undefined) {
      const rest = (value[options.rest] ?? {}) as Readonly<Record<string, unknown>>;
      for (const [key, of] of Object.entries(rest)) {
        if (of !== undefined) parts.push(`${JSON.stringify(key)}:${JSON.stringify(of)}`);
      }
    }
    return `{${parts.join(",")}}`;
  }

  return {
    name,
    parse,
    format: options.isCached === true ? (value) => remembered(cache, value, write) : write,
    schema: objectSchema(compiled, derived),
    parts: compiled.map(({ field }) => field.shape as Shape<never>),
  };
}

function remembered<T extends object>(
  cache: WeakMap<T, string>,
  value: T,
  write: (value: T) => string,
): string {
  const before = cache.get(value);
  if (before !== undefined) return before;
  const written = write(value);
  cache.set(value, written);
  return written;
}

function compileField(property: string, field: Field<unknown>): CompiledField {
  const given = [property, ...(field.also ?? []), ...(field.says ?? [])];
  return {
    property,
    names: [property, ...(field.also ?? []), ...(field.hears ?? [])],
    keys: given.map((name) => `${JSON.stringify(name)}:`),
    field,
  };
}

function parseField(
  { property, names, field }: CompiledField,
  source: Readonly<Record<string, unknown>>,
  path: string,
  into: Record<string, unknown>,
): { readonly error: string } | undefined {
  const name = names.find((each) => source[each] !== undefined && source[each] !== null);
  if (name === undefined) {
    if (field.absent !== undefined) into[property] = field.absent;
    if (!field.isRequired) return undefined;
    return { error: field.missing ?? `${join(path, property)} is missing` };
  }
  const parsed = field.shape.parse(source[name], join(path, name));
  if (parsed.error !== undefined) return { error: parsed.error };
  into[property] = parsed.value;
  return undefined;
}

function objectSchema<T>(
  compiled: readonly CompiledField[],
  derived: readonly (readonly [string, Derived<T>])[],
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  for (const { property, field } of compiled) {
    for (const name of [property, ...(field.also ?? []), ...(field.says ?? [])]) {
      properties[name] = schemaOf(field.shape);
    }
  }
  for (const [name, { schema }] of derived) properties[name] = schema;
  const requiredNames = compiled.filter(({ field }) => field.isRequired).map((f) => f.property);
  return {
    type: "object",
    properties,
    ...(requiredNames.length > 0 ? { required: requiredNames } : {}),
  };
}

/** For shapes that contain themselves. */
export function lazily<T>(name: string, shape: () => Shape<T>): Shape<T> {
  return {
    name,
    parse: (json, path) => shape().parse(json, path),
    format: (value) => shape().format(value),
    schema: { $ref: `#/components/schemas/${name}` },
    parts: [],
  };
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
