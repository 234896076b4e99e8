/** Which of a message's trailers go on, whatever they came in: chunks, or a stream of HTTP/2. */

import { isHopByHop } from "../headers/hop-by-hop.ts";
import type { FieldList } from "./field-list.ts";
import { fieldName } from "./field-names.ts";
import { hasForbiddenCharacter } from "./parse-fields.ts";

/** Would say where a message ends or where it goes, after all has been decided by the head. */
const notInTrailers = new Set([
  ...["host", "trailer", "content-encoding", "content-type", "content-range", "authorization"],
  ...["cookie", "set-cookie", "expect", "range", "forwarded", "location"],
]);

/** Undefined: none does. */
export function trailersThatGoOn(fields: FieldList): FieldList | undefined {
  const kept: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (notInTrailers.has(name) || isHopByHop(name) || name.startsWith("x-forwarded-")) continue;
    // HTTP/2 could carry what ends a line of HTTP/1.
    if (fieldName(name) !== name || /[\r\n]/.test(value) || hasForbiddenCharacter(value)) continue;
    kept.push(name, value);
  }
  return kept.length === 0 ? undefined : kept;
}
