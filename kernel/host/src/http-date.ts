/**
 * The `Date` header's value, made once a second.
 */

let second = 0;
let text = "";

/** RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
