/** What becomes of a client's field on the way to an instance, by its name alone. */

import { isForwardedField } from "./forwarded-fields.ts";
import { isHopByHop } from "./hop-by-hop.ts";

export type RequestFieldKind =
  /** As it is. */
  | "goes on"
  | "ends here"
  /** What a trusted peer says of those before it. */
  | "forwarded"
  /** Each of these has a rule of its own. */
  | "te"
  | "traceparent"
  | "tracestate"
  | "cookie";

/** https://httpoxy.org; X-Original-URL and X-Rewrite-URL override the path in IIS and Symfony. */
const misleading = new Set(["proxy", "x-original-url", "x-rewrite-url"]);
const special: ReadonlySet<string> = new Set(["te", "traceparent", "tracestate", "cookie"]);

const namesMax = 1024;
const nameCharactersMax = 64;
const known = new Map<string, RequestFieldKind>();

/** `name` is in lower case. PERF: a look-up for a name that was seen before. */
export function requestFieldKind(name: string): RequestFieldKind {
  const before = known.get(name);
  if (before !== undefined) return before;
  const kind = kindOf(name);
  if (known.size < namesMax && name.length <= nameCharactersMax) known.set(name, kind);
  return kind;
}

function kindOf(name: string): RequestFieldKind {
  if (special.has(name)) return name as RequestFieldKind;
  if (isForwardedField(name)) return "forwarded";
  if (isOurs(name)) return "ends here";
  // `X_Forwarded_For` is `X-Forwarded-For` to whoever reads it by CGI's rules.
  const dashed = name.replaceAll("_", "-");
  return isOurs(dashed) || isForwardedField(dashed) ? "ends here" : "goes on";
}

function isOurs(name: string): boolean {
  return name === "host" || isHopByHop(name) || misleading.has(name);
}
