/** The fields that a client gets, of those that an instance sent: all but the connection's and framing. */

import type { RuleOptions } from "../../../../core/rule.ts";
import type { FieldList } from "../message/field-list.ts";
import { isHopByHop, namedByConnection } from "./hop-by-hop.ts";

type Changes = NonNullable<RuleOptions["responseHeaders"]>;

/** Content-Length is left out: whoever writes the answer knows how it ends. */
export function responseFieldsOut(
  fields: FieldList,
  connection: string | undefined,
  changes: Changes | undefined,
): string[] {
  const named = namedByConnection(connection);
  const out: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    if (isHopByHop(name) || named.has(name)) continue;
    if (changes?.some((change) => change.name === name)) continue;
    out.push(name, fields[at + 1] as string);
  }
  for (const { name, value } of changes ?? []) if (value !== undefined) out.push(name, value);
  return out;
}
