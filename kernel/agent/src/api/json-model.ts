/**
 * JSON as Mesos's legacy endpoints write it, from a model of plain values.
 *
 * In a model a `number` is a double and is written as one (`4.0`, so that readers which tell integers
 * from floats see a float), a `bigint` is an integer, and a member that is undefined is left out.
 */

import { formatDouble, formatMessageJson, type MessageType } from "@tavola/protocol";

export type JsonModel =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | JsonFragment
  | readonly JsonModel[]
  | { readonly [name: string]: JsonModel };

/** Text that is JSON already. */
export class JsonFragment {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A message under v1's names. */
export function messageModel<T>(type: MessageType<T>, message: T): JsonFragment {
  return new JsonFragment(formatMessageJson(type, message));
}

export function formatJsonModel(model: JsonModel): string {
  if (model instanceof JsonFragment) return model.text;
  if (typeof model === "number") return formatDouble(model);
  if (typeof model === "bigint" || typeof model === "boolean") return String(model);
  if (typeof model === "string") return JSON.stringify(model);
  if (model === undefined) return "null";
  if (Array.isArray(model)) return `[${model.map(formatJsonModel).join(",")}]`;
  const members = Object.entries(model)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${formatJsonModel(value)}`);
  return `{${members.join(",")}}`;
}
