/**
 * JSON that a field table takes, made up from the table's own schema.
 *
 * For property tests: every field is there or not, spelled in any of the names it is given by.
 */

import fc from "fast-check";
import type { JsonSchema, Shape } from "../shape.ts";

/** JavaScript writes -0 as `0`, so it is not among them. */
const arbitraryNumber = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
  .map((value) => value + 0);

/** `depth`: schemas that contain themselves end there. */
export function arbitraryJson(shape: Shape<never>, depth = 4): fc.Arbitrary<unknown> {
  const named = new Map<string, Shape<never>>();
  collect(shape, named);
  return bySchema(shape.schema, named, depth);
}

/** All shapes with a name within, itself included. */
function collect(shape: Shape<never>, into: Map<string, Shape<never>>): void {
  if (shape.name !== undefined) {
    if (into.has(shape.name)) return;
    into.set(shape.name, shape);
  }
  for (const part of shape.parts) collect(part, into);
}

function bySchema(
  schema: JsonSchema,
  named: ReadonlyMap<string, Shape<never>>,
  depth: number,
): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === "string") {
    const of = named.get(schema.$ref.replace("#/components/schemas/", ""));
    if (of === undefined || depth === 0) return fc.constant(undefined);
    return bySchema(of.schema, named, depth - 1);
  }
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "string":
      return fc.string({ maxLength: 12 });
    case "integer":
      return fc.integer({ min: 0, max: 4_000_000_000_000 });
    case "number":
      return arbitraryNumber;
    case "boolean":
      return fc.boolean();
    case "array":
      return fc
        .array(bySchema(schema.items as JsonSchema, named, depth), { maxLength: 3 })
        .map((items) => items.filter((item) => item !== undefined));
    case "object":
      return byObject(schema, named, depth);
    default:
      // As text and back: what JSON does not carry (a negative zero) cannot be asked of a round trip.
      return fc
        .json({ maxDepth: 1 })
        .map((text) => JSON.parse(text) as unknown)
        .filter((value) => value !== null);
  }
}

function byObject(
  schema: JsonSchema,
  named: ReadonlyMap<string, Shape<never>>,
  depth: number,
): fc.Arbitrary<unknown> {
  if (schema.properties === undefined) {
    const value = bySchema((schema.additionalProperties ?? {}) as JsonSchema, named, depth);
    return fc.dictionary(fc.string({ maxLength: 8 }), value, { maxKeys: 3 });
  }
  const properties = Object.entries(schema.properties as Readonly<Record<string, JsonSchema>>);
  return fc.record(
    Object.fromEntries(properties.map(([name, of]) => [name, bySchema(of, named, depth)])),
    { requiredKeys: (schema.required ?? []) as string[] },
  );
}
