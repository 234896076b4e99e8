/**
 * JSON as text, put together from pieces.
 *
 * The large answers of the master (`/state`, GET_STATE) are joined from fragments that are kept as
 * text per task, framework and agent, so that a poll costs concatenation and not serialisation.
 * Therefore a writer here returns text, never an object. Nothing here knows what it writes.
 */

export { formatDouble as jsonDouble } from "@tavola/protocol";

/** Text that is one JSON value. */
export type JsonText = string;

export function jsonString(value: string): JsonText {
  return JSON.stringify(value);
}

/** Fields whose text is undefined are left out. */
export function jsonObject(fields: Readonly<Record<string, JsonText | undefined>>): JsonText {
  let text = "{";
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    text += `${text.length > 1 ? "," : ""}${JSON.stringify(name)}:${value}`;
  }
  return `${text}}`;
}

export function jsonArray(items: readonly JsonText[]): JsonText {
  return `[${items.join(",")}]`;
}

export function jsonStrings(items: Iterable<string>): JsonText {
  return jsonArray(Array.from(items, jsonString));
}

/** `{"a":1}` and `"b":2` make `{"a":1,"b":2}`. Both must be objects in JSON. */
export function joinObjects(left: JsonText, right: JsonText): JsonText {
  if (left === "{}") return right;
  return right === "{}" ? left : `${left.slice(0, -1)},${right.slice(1)}`;
}
