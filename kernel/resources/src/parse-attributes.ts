/**
 * The value of `--attributes`: `rack:r1;level:10;ports:[1-3]`.
 *
 * Where Mesos ends the process with a log line, this returns the same sentence as an error.
 */
import type { Result } from "@tavola/base";
import type { Attribute } from "@tavola/protocol";
import { parseValue, tokenize } from "./parse-value.ts";

/** Attributes in the order given; a name may come more than once. Only the first `:` separates. */
export function parseAttributes(text: string): Result<readonly Attribute[]> {
  const list: Attribute[] = [];
  for (const token of tokenize(text, ";\n")) {
    const colon = token.indexOf(":");
    const name = token.slice(0, Math.max(colon, 0));
    const rest = token.slice(colon + 1);
    if (colon < 0 || name === "" || rest === "") {
      return { error: `Invalid attribute key:value pair '${token}'` };
    }
    const { value, error } = parseValue(rest);
    if (value === undefined) {
      return { error: `Failed to parse attribute ${name} text ${rest} error ${error}` };
    }
    if (value.type === "SET") {
      return { error: `Bad type for attribute ${name} text ${rest} type ${value.type}` };
    }
    list.push({ name, ...value });
  }
  return { value: list };
}
