/**
 * What a rule's template made, as it may stand in a request's first line or in Location: whatever is no
 * visible ASCII is escaped, so that no template ends a line.
 */

const visible = /^[\x21-\x7e]*$/;

/** PERF: most are visible as they are, and one look tells. */
export function visibleUri(uri: string): string {
  if (visible.test(uri)) return uri;
  return uri.replace(/[^\x21-\x7e]/gu, (character) =>
    [...Buffer.from(character, "utf8")]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}
