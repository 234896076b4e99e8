/** `strip=/api`: takes whole segments from the path's beginning; what does not begin so stays as it is. */

/** `prefix` begins with `/` and does not end with it. What is left begins with one `/`. */
export function stripPrefix(uri: string, prefix: string): string {
  if (!uri.startsWith(prefix)) return uri;
  const rest = uri.slice(prefix.length);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest.replace(/^\/+/, "/") : uri;
}
