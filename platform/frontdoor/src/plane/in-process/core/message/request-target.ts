/**
 * What a request asks for: path and query as they came, or why we do not touch it.
 *
 * Rules decide by a path's text, and instances decide by what they make of it. Where the two could
 * differ about which resource is meant (`/public/..%2fadmin`), the request is refused: handing on a
 * cleaned path would give an instance what nobody asked for. Browsers and libraries clean paths
 * themselves, so honest requests do not look so. Escaped slashes alone are honest (npm, GitLab).
 */

export type ParsedTarget =
  | {
      /** Begins with `/`; `*` only for OPTIONS. */
      readonly uri: string;
      /** Of an absolute target; it stands above the Host header (RFC 9112 3.2.2). */
      readonly authority: string | undefined;
    }
  | { readonly error: string };

const absolute = /^https?:\/\/([^/?#]*)/i;
/** Visible ASCII and nothing else: raw spaces, controls, and bytes above 0x7e are no part of a URI. */
const visible = /^[\x21-\x7e]+$/;
const unsafePath = /%00|\\|%(?![0-9a-fA-F]{2})|(?:^|\/|%2f|%5c)(?:\.|%2e){1,2}(?:$|\/|%2f|%5c|;)/i;

export function parseTarget(target: string, method: string): ParsedTarget {
  if (!visible.test(target)) return { error: "the target has characters that no URI may have" };
  if (target.includes("#")) return { error: "the target has a fragment" };
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
  if (uri.startsWith("//")) return { error: "the path begins with two slashes" };
  const mark = uri.indexOf("?");
  const path = mark < 0 ? uri : uri.slice(0, mark);
  if (mayBeUnsafe(path) && unsafePath.test(path)) {
    return { error: "the path can be read as that of another resource" };
  }
  return { uri, authority };
}

/** Most paths have none of these characters next to a slash, and need no second look. */
function mayBeUnsafe(path: string): boolean {
  return path.includes("%") || path.includes("\\") || path.includes("/.");
}
