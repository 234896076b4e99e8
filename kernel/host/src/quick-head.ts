/**
 * Heads of requests that say nothing unusual: those that can be read in one way only, in a few lines.
 *
 * Not a parser of HTTP, which is Node's here: whatever is rare, doubtful or wrong is none of these, and
 * nobody refuses it because of that. So a head is taken when its method is GET or POST, its target a path,
 * its fields are printable ASCII and come once each, and nothing in it speaks of framing but one length.
 */

export interface QuickHead {
  readonly method: "GET" | "POST";
  /** Percent-encoded path without the query; always begins with a slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What follows the head. */
  readonly bodyBytes: number;
}

const requestLine = /^(GET|POST) (\/[!-"$->@-~]*)(?:\?([!-"$-~]*))? HTTP\/1\.1$/;
const fieldLine = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([ -~]*?)[ \t]*$/;

/** They change what a message is, or who has to read it. */
const unusualFields: ReadonlySet<string> = new Set([
  "content-encoding",
  "expect",
  "http2-settings",
  "libprocess-from",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** `text`: from the first line to before the empty one. Undefined: somebody else reads it. Pure. */
export function parseQuickHead(text: string): QuickHead | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, path, search = ""] = requestLine.exec(first) ?? [];
  if (path === undefined || (method !== "GET" && method !== "POST")) return undefined;
  const headers = parseFields(lines);
  if (headers === undefined || headers["host"] === undefined) return undefined;
  const bodyBytes = bodyBytesOf(method, headers["content-length"]);
  if (bodyBytes === undefined) return undefined;
  return { method, path, query: new URLSearchParams(search), headers, bodyBytes };
}

function parseFields(lines: readonly string[]): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [, name, value] = fieldLine.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const lowerCase = name.toLowerCase();
    if (headers[lowerCase] !== undefined || unusualFields.has(lowerCase)) return undefined;
    headers[lowerCase] = value;
  }
  const { connection = "keep-alive", "user-agent": agent = "" } = headers;
  const isUsual = connection.toLowerCase() === "keep-alive" && !/^libprocess\//i.test(agent);
  return isUsual ? headers : undefined;
}

/** A POST says how long it is, a GET has none. */
function bodyBytesOf(method: "GET" | "POST", length: string | undefined): number | undefined {
  if (method === "GET") return length === undefined ? 0 : undefined;
  return length !== undefined && /^[0-9]{1,9}$/.test(length) ? Number(length) : undefined;
}
