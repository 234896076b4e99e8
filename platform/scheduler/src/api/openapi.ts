/**
 * The OpenAPI document of everything that is served, made from the table of rows and from the field
 * tables of the models. So it says what the code does.
 */

import type { JsonSchema, Shape } from "../core/model/shape.ts";
import { schemaOf } from "../core/model/shape.ts";
import type { Access, QueryTable, Route } from "./route.ts";

export interface OpenApiOptions {
  readonly title: string;
  readonly version: string;
  /** Before the paths: context path and `/api`. */
  readonly prefix: string;
}

export function openApiDocument(routes: readonly Route[], options: OpenApiOptions): JsonSchema {
  const schemas: Record<string, JsonSchema> = {};
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const row of routes) {
    const path = `${options.prefix}${row.path}`;
    const operations = paths[path] ?? {};
    operations[row.method.toLowerCase()] = operationOf(row);
    paths[path] = operations;
    if (row.answer !== undefined) collect(row.answer, schemas);
    if (row.body !== undefined) collect(row.body.shape, schemas);
  }
  return {
    openapi: "3.0.1",
    info: { title: options.title, version: options.version },
    paths,
    components: { schemas },
  };
}

function operationOf(row: Route): JsonSchema {
  const parameters = [...pathParameters(row.path), ...queryParameters(row.query ?? {})];
  const refusals = Object.fromEntries(
    refusalsOf(row).map(([status, description]) => [String(status), { description }]),
  );
  return {
    summary: row.summary,
    description: `Rights: ${describeAccess(row.access)}.`,
    operationId: operationIdOf(row),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(row.body === undefined ? {} : { requestBody: requestBodyOf(row.body) }),
    responses: {
      [String(row.status ?? (row.answer === undefined ? 204 : 200))]: answerOf(row),
      ...refusals,
    },
  };
}

function operationIdOf({ method, path }: Route): string {
  const words = path
    .replaceAll("-", "_")
    .split(/[^A-Za-z0-9_]+/)
    .filter((word) => word !== "");
  return (
    method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("")
  );
}

function pathParameters(path: string): readonly JsonSchema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters(query: QueryTable): readonly JsonSchema[] {
  return Object.entries(query).map(([name, { shape, isRepeated, isRequired }]) => ({
    name,
    in: "query",
    ...(isRequired ? { required: true } : {}),
    schema: isRepeated ? { type: "array", items: shape.schema } : shape.schema,
  }));
}

function requestBodyOf({ shape, empty, isText }: NonNullable<Route["body"]>): JsonSchema {
  const type = isText === true ? "text/plain" : "application/json";
  return {
    ...(empty === undefined ? { required: true } : {}),
    content: { [type]: { schema: schemaOf(shape) } },
  };
}

function answerOf({ answer }: Route): JsonSchema {
  if (answer === undefined) return { description: "Done" };
  return {
    description: "As asked",
    content: { "application/json": { schema: schemaOf(answer) } },
  };
}

function refusalsOf(row: Route): readonly (readonly [status: number, description: string])[] {
  const isInput = row.body !== undefined || row.query !== undefined;
  return [
    ...(isInput
      ? [[400, "What was sent is not understood, or not allowed; the text says why"] as const]
      : []),
    ...(row.access.kind === "anybody"
      ? []
      : [
          [401, "It is not known who calls"] as const,
          [403, "Whoever calls has no right to it; the text says what is missing"] as const,
        ]),
    ...(row.path.includes("{") ? [[404, "There is no such thing"] as const] : []),
    ...(row.method === "GET"
      ? []
      : [[409, "It cannot be done now; the text says what stands in its way"] as const]),
    [503, "No scheduler leads, or it cannot be reached; try again"] as const,
  ];
}

function describeAccess(access: Access): string {
  switch (access.kind) {
    case "anybody":
      return "anybody";
    case "user":
      return "whoever is known";
    case "filtered":
      return "whoever is known; only what he may read is answered";
    case "reader":
      return "whoever may read about the cluster";
    case "globalReader":
      return "whoever may read about every request";
    case "admin":
      return "admins";
    case "asked":
      return access.about;
    default:
      return `${access.scope} of the request${access.action === undefined ? "" : `, for ${access.action}`}`;
  }
}

function collect(shape: Shape<unknown>, into: Record<string, JsonSchema>): void {
  if (shape.name !== undefined) {
    if (into[shape.name] !== undefined) return;
    if (shape.schema.$ref === undefined) into[shape.name] = shape.schema;
  }
  for (const part of shape.parts) collect(part as Shape<unknown>, into);
}
