/**
 * Escapes of a URI as text, character by character: what is a proper escape of UTF-8 is decoded, the rest
 * stays as it is (`caf%E9` of an older client), and keeps nothing beside it from being decoded: `%61%E9` is
 * `a%E9`, so that no stray byte hides what a rule looks for.
 */

/** ASCII; UTF-8 of two to four bytes; a byte that is none of it; a sign that is no escape. */
const escapes =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}|%[\da-f]{2}|%/gi;

/** Where it stands for the `%` of what stayed, one that was decoded can be told from it: no text that was decoded has it. */
export const keptSign = "\udc25";

/** `kept` stands for `%` in what stays; one character, so that places are the same whichever it is. */
export function decodeEscapes(text: string, kept = "%"): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(escapes, (each) => {
      try {
        return decodeURIComponent(each);
      } catch {
        return each.replaceAll("%", kept);
      }
    });
  }
}
