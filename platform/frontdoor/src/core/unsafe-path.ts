/**
 * Targets that could be read in two ways: whoever cleans or decodes them reads another resource than who does not.
 *
 * Rules decide by a path's text, and instances by what they make of it. Where the two could differ about
 * which resource is meant (`/public/..%2fadmin`), the request is refused before any rule is asked: handing
 * on a cleaned path would give an instance what nobody asked for. Browsers and libraries clean paths
 * themselves, so honest requests do not look so. Escaped slashes alone are honest (npm, GitLab).
 */

/** `/x../admin` is honest, and must not become `/y/../admin`. */
const dotSegment = /(?:^|\/|%2f|%5c|\\)(?:\.|%2e){1,2}(?:$|\/|%2f|%5c|\\|;)/i;
/** An end of text to some, a slash to others, and what each decoder reads as it likes. */
const ambiguous = /%00|\\|%(?![0-9a-fA-F]{2})/;
/** Visible ASCII and nothing else: raw spaces, controls, and bytes above 0x7e are no part of a URI. */
const visible = /^[\x21-\x7e]+$/;

/** Of what a rewrite made: a segment of dots, plain or escaped, as no client's request has one. */
export function isUnsafePath(uri: string): boolean {
  return dotSegment.test(pathOf(uri));
}

/** Why a target is refused with 400, whatever form it has; undefined: it is not for its characters. */
export function whyNoTarget(target: string): string | undefined {
  if (!visible.test(target)) return "the target has characters that no URI may have";
  return target.includes("#") ? "the target has a fragment" : undefined;
}

/** Why path and query, as they came, are refused with 400; undefined: they are not. */
export function whyUnsafe(uri: string): string | undefined {
  if (uri.startsWith("//")) return "the path begins with two slashes";
  const path = pathOf(uri);
  return mayBeUnsafe(path) && (ambiguous.test(path) || dotSegment.test(path))
    ? "the path can be read as that of another resource"
    : undefined;
}

/** PERF: most paths have none of these characters next to a slash, and need no second look. */
function mayBeUnsafe(path: string): boolean {
  return path.includes("%") || path.includes("\\") || path.includes("/.");
}

function pathOf(uri: string): string {
  const mark = uri.indexOf("?");
  return mark < 0 ? uri : uri.slice(0, mark);
}
