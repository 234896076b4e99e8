/**
 * The head of a libprocess message: to whom, by what name, from whom, how long.
 *
 * HTTP's rules, as strict as framing needs and no more: a length that two headers state differently
 * is refused, because two readers would cut the stream differently.
 */

import type { Result } from "@tavola/base";

/** What a message's header lines say. */
export interface MessageHead {
  /** The sender's address as it was written. */
  readonly from: string;
  /** Length in bytes, or in chunks. A head that says neither has no body. */
  readonly body: number | "chunked";
}

const agentPrefix = "libprocess/";

/** Names as libprocess writes them. PERF: for these, nothing is looked at letter by letter. */
const usualNames: ReadonlyMap<string, string> = new Map(
  [
    "User-Agent",
    "Libprocess-From",
    "Connection",
    "Host",
    "Transfer-Encoding",
    "Content-Length",
  ].map((name) => [name, name.toLowerCase()]),
);

/** `POST /slave(1)/mesos.internal.PingSlaveMessage HTTP/1.1` */
export function parseRequestLine(line: string): Result<{ to: string; name: string }> {
  const match = /^POST \/([^ ]*) HTTP\/1\.[01]$/.exec(line);
  if (match === null)
    return { error: `'${line.slice(0, 80)}' is not the request line of a message` };
  const [path = ""] = (match[1] ?? "").split("?", 1);
  const slash = path.indexOf("/");
  const id = slash < 0 ? path : path.slice(0, slash);
  try {
    return { value: { to: decodeURIComponent(id), name: slash < 0 ? "" : path.slice(slash + 1) } };
  } catch {
    return { error: `'${id.slice(0, 80)}' is not a process id` };
  }
}

/** Header lines without the empty one behind them. */
export function parseHeaders(text: string): Result<MessageHead> {
  let from: string | undefined;
  let agent: string | undefined;
  let length: string | undefined;
  let chunked = false;
  for (const line of text.split("\r\n")) {
    const name = nameOf(line);
    if (name === undefined) return { error: `'${line.slice(0, 80)}' is not a header` };
    const value = line.slice(name.length + 1).trim();
    switch (usualNames.get(name) ?? name.toLowerCase()) {
      case "libprocess-from":
        from = value;
        break;
      case "user-agent":
        if (value.startsWith(agentPrefix)) agent = value.slice(agentPrefix.length);
        break;
      case "content-length":
        if (!/^\d{1,15}$/.test(value) || (length !== undefined && length !== value))
          return { error: `'${value.slice(0, 80)}' is not the length of its body` };
        length = value;
        break;
      case "transfer-encoding":
        if (value.toLowerCase() !== "chunked")
          return { error: `transfer encoding '${value.slice(0, 80)}' is not supported` };
        chunked = true;
        break;
    }
  }
  const sender = from ?? agent;
  if (sender === undefined) return { error: "it does not say who sent it" };
  if (chunked && length !== undefined)
    return { error: "it has both a length and a transfer encoding" };
  return { value: { from: sender, body: chunked ? "chunked" : Number(length ?? 0) } };
}

/** As it is written; undefined when the line is no header. */
function nameOf(line: string): string | undefined {
  const colon = line.indexOf(":");
  if (colon <= 0) return undefined;
  const name = line.slice(0, colon);
  return usualNames.has(name) || !/\s/.test(name) ? name : undefined;
}
