/**
 * A whole answer as it goes over the wire, made once for however many are sent it.
 *
 * Says what every answer of ours says (`Date`, `Content-Length`, that the connection stays). Text stays
 * text until it is written: to encode it is the socket's business, and cheaper there.
 */

import { CodedError } from "@tavola/base";
import { httpDate } from "./http-date.ts";
import { nodeHttp } from "./node-http.ts";

/** As Node's server says it; see `keepAliveMs` in http-server.ts. */
const keepsAlive = "Connection: keep-alive\r\nKeep-Alive: timeout=600\r\n";

const printable = /^[\t -~]*$/;

/** `headers` name neither length, date nor connection. Throws HEADER_MALFORMED on what would end a line. */
export function encodeAnswer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string | Uint8Array = "",
): string | Uint8Array {
  let head = `HTTP/1.1 ${status} ${nodeHttp.STATUS_CODES[status] ?? "Unknown"}\r\n`;
  for (const name in headers) {
    const value = headers[name] as string;
    if (!printable.test(value)) {
      throw new CodedError("HEADER_MALFORMED", "a header holds a line break or the like", { name });
    }
    head += `${name}: ${value}\r\n`;
  }
  head += `Date: ${httpDate()}\r\n${keepsAlive}`;
  // RFC 9110, 8.6: not with a 204.
  if (status === 204) return `${head}\r\n`;
  if (typeof body === "string") {
    return `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
}
