/** The head of an HTTP/1 answer. What is none is an error of the instance, never ours to mend. */

import { type BodyFraming, responseFraming } from "./body-framing.ts";
import { type FieldList, hasMember } from "./field-list.ts";
import { hasForbiddenCharacter, parseFields } from "./parse-fields.ts";

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: FieldList;
  readonly framing: BodyFraming;
  readonly connection: string | undefined;
  /** Whether another request may follow on the connection. */
  readonly keepsAlive: boolean;
  /** How long the instance says that it keeps the connection; undefined: it does not say. */
  readonly keepAliveSeconds: number | undefined;
}

export type ParsedResponseHead = { readonly head: ResponseHead } | { readonly error: string };

/** `HTTP/1.1 200 OK`: the status is at 9, what it is called, if anything, at 13. */
const statusLine = /^HTTP\/1\.[01] [1-9][0-9][0-9](?: |$)/;

export function parseResponseHead(
  text: string,
  method: string,
  fieldsMax: number,
): ParsedResponseHead {
  if (hasForbiddenCharacter(text)) return { error: "control characters or bare line ends" };
  let lineEnd = text.indexOf("\r\n");
  if (lineEnd < 0) lineEnd = text.length;
  const first = text.slice(0, lineEnd);
  if (!statusLine.test(first)) return { error: "its first line is no status" };
  const minorVersion = first[7] === "1" ? 1 : 0;
  const status = Number(first.slice(9, 12));
  if (status > 599) return { error: "its status is above 599" };
  const parsed = parseFields(text, lineEnd + 2, fieldsMax);
  if ("error" in parsed) return parsed;
  const { fields } = parsed;
  const framing = responseFraming(fields, { status, method, minorVersion });
  if ("error" in framing) return framing;
  const { connection, keepAlive } = connectionFields(fields);
  const says = hasMember(connection, "close")
    ? false
    : minorVersion === 1 || hasMember(connection, "keep-alive");
  const keepsAlive = says && framing.kind !== "until-close";
  const hint = keepAlive === undefined ? undefined : /timeout=([0-9]{1,6})/i.exec(keepAlive)?.[1];
  const keepAliveSeconds = hint === undefined ? undefined : Number(hint);
  const reason = first.slice(13);
  return { head: { status, reason, fields, framing, connection, keepsAlive, keepAliveSeconds } };
}

function connectionFields(fields: FieldList): {
  readonly connection: string | undefined;
  readonly keepAlive: string | undefined;
} {
  let connection: string | undefined;
  let keepAlive: string | undefined;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at];
    const value = fields[at + 1] as string;
    if (name === "connection")
      connection = connection === undefined ? value : `${connection}, ${value}`;
    else if (name === "keep-alive") keepAlive = value;
  }
  return { connection, keepAlive };
}
