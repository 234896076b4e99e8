/**
 * What a request asks for: path and query as they came, or why we do not touch it (`unsafe-path.ts`).
 */

import { whyNoTarget, whyUnsafe } from "../../../../core/unsafe-path.ts";

export type ParsedTarget =
  | {
      /** Begins with `/`; `*` only for OPTIONS. */
      readonly uri: string;
      /** Of an absolute target; it stands above the Host header (RFC 9112 3.2.2). */
      readonly authority: string | undefined;
    }
  | { readonly error: string };

const absolute = /^https?:\/\/([^/?#]*)/i;

export function parseTarget(target: string, method: string): ParsedTarget {
  const error = whyNoTarget(target);
  if (error !== undefined) return { error };
  if (target.charCodeAt(0) === 0x2f) return checked(target, undefined);
  if (target === "*") {
    return method === "OPTIONS"
      ? { uri: "*", authority: undefined }
      : { error: "the target * is for OPTIONS only" };
  }
  const match = absolute.exec(target);
  if (match === null) return { error: "the target is neither a path nor an http URI" };
  const rest = target.slice(match[0].length);
  return checked(rest.startsWith("/") ? rest : `/${rest}`, match[1] as string);
}

function checked(uri: string, authority: string | undefined): ParsedTarget {
  const error = whyUnsafe(uri);
  return error === undefined ? { uri, authority } : { error };
}
