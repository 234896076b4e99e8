/**
 * What a request asks its connection to become (RFC 9110 7.8).
 *
 * Only a request without a body, and never to HTTP/2 in clear text: an instance that took that up
 * would speak with the client past every rule of ours.
 */

import { fieldValue, hasMember } from "../core/message/field-list.ts";
import { isToken } from "../core/message/field-names.ts";
import type { RequestHead } from "../core/message/parse-request-head.ts";

export function upgradeOf(head: RequestHead): string | undefined {
  const { connection, fields, framing, minorVersion, method } = head;
  if (connection === undefined || minorVersion === 0) return undefined;
  if (method !== "GET" || framing.kind !== "none") return undefined;
  if (!hasMember(connection, "upgrade")) return undefined;
  const upgrade = fieldValue(fields, "upgrade");
  if (upgrade === undefined) return undefined;
  const protocol = upgrade.split("/", 1)[0] as string;
  if (!isToken(protocol) || /^(?:h2c?|http)$/i.test(protocol)) return undefined;
  return /^[\x21-\x7e]+$/.test(upgrade) && !upgrade.includes(",") ? upgrade : undefined;
}
