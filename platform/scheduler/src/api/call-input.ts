/**
 * What a call brings: its query and its body, read by the row's tables.
 *
 * What is not understood, or too large to be kept, is refused with 400 and the name of the field or
 * parameter; what is too large to be read with 413, at once where the client says how large it is.
 */

import type { HttpRequest } from "@tavola/host";
import { list, parseText, type Shape } from "../core/model/shape.ts";
import type { QueryTable, Route } from "./route.ts";
import { idCharactersMax, sizeSentence } from "./size-limits.ts";

/** Of what is read at all; how much of it is kept is a matter of the row (`size-limits.ts`). */
const bodyBytesMaxDefault = 4 * 1024 * 1024;

export interface InputRefusal {
  readonly status: 400 | 413;
  readonly message: string;
}

type ReadResult<T> =
  | { readonly value: T; readonly refusal?: never }
  | { readonly refusal: InputRefusal; readonly value?: never };

export function readQuery(
  { query }: HttpRequest,
  table: QueryTable,
): ReadResult<Record<string, never>> {
  const values: Record<string, unknown> = {};
  for (const [name, { shape, isRepeated, isRequired }] of Object.entries(table)) {
    const given = query.getAll(name).filter((each) => each !== "");
    if (given.some(isNoName)) return { refusal: noName(`query parameter ${name}`) };
    if (given.length === 0 && isRequired) {
      return { refusal: { status: 400, message: `query parameter ${name} is missing` } };
    }
    const asShape: Shape<unknown> = isRepeated ? list(shape) : shape;
    if (given.length === 0 && !isRepeated) continue;
    const parsed = asShape.parse(isRepeated ? given : given[0], `query parameter ${name}`);
    if (parsed.error !== undefined) return { refusal: { status: 400, message: parsed.error } };
    values[name] = parsed.value;
  }
  return { value: values as Record<string, never> };
}

/** The whole body is taken before it is looked at, so that the connection can go on after a refusal. */
export async function readBody(
  request: HttpRequest,
  route: Route,
  bytesMax = bodyBytesMaxDefault,
): Promise<ReadResult<unknown>> {
  const bytes = await request.body();
  if (bytes.byteLength > bytesMax) return { refusal: tooLargeRefusal(bytes.byteLength, bytesMax) };
  if (route.body === undefined) return { value: undefined };
  const text = Buffer.from(bytes).toString();
  if (text.trim() === "") {
    if (route.body.empty !== undefined) return { value: route.body.empty() };
    return { refusal: { status: 400, message: "the body is missing" } };
  }
  const parsed =
    route.body.isText === true
      ? route.body.shape.parse(unquoted(text), "")
      : parseText(route.body.shape, text);
  if (parsed.error !== undefined) return { refusal: { status: 400, message: parsed.error } };
  if (parsed.value === null || parsed.value === undefined) {
    return { refusal: { status: 400, message: "the body is missing" } };
  }
  const sentence = sizeSentence(parsed.value, route.body.limits);
  if (sentence !== undefined) return { refusal: { status: 400, message: sentence } };
  return { value: parsed.value };
}

/** Databases that are asked for it refuse the question, and nothing is called so. */
function isNoName(text: string): boolean {
  return text.includes("\u0000");
}

function noName(what: string): InputRefusal {
  return { status: 400, message: `${what} has U+0000 in it, as no name has` };
}

/** Names in paths become keys of records. */
export function parameterRefusal(
  parameters: Readonly<Record<string, string>>,
): InputRefusal | undefined {
  const nameless = Object.entries(parameters).find(([, value]) => isNoName(value));
  if (nameless !== undefined) return noName(nameless[0]);
  const long = Object.entries(parameters).find(([, value]) => value.length > idCharactersMax);
  if (long === undefined) return undefined;
  const [name, { length }] = long;
  const message = `${name} has ${length} characters; at most ${idCharactersMax} are understood`;
  return { status: 400, message };
}

/** A text may come as JSON or as it is. */
function unquoted(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed;
  try {
    const json: unknown = JSON.parse(trimmed);
    return typeof json === "string" ? json : trimmed;
  } catch {
    return trimmed;
  }
}

/** Refused before it is read, when the client says how much it is. */
export function declaredTooLarge(
  request: HttpRequest,
  bytesMax = bodyBytesMaxDefault,
): InputRefusal | undefined {
  const declared = Number(request.headers["content-length"] ?? "0");
  return declared > bytesMax ? tooLargeRefusal(declared, bytesMax) : undefined;
}

function tooLargeRefusal(bytes: number, most: number): InputRefusal {
  return { status: 413, message: `The body has ${bytes} bytes; at most ${most} are taken` };
}
