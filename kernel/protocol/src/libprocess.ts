/**
 * libprocess framing: a message is an HTTP request that expects no answer worth reading.
 *
 *     POST /<receiver's id>/<message name> HTTP/1.1
 *     User-Agent: libprocess/<sender>
 *     Libprocess-From: <sender>
 *     Connection: Keep-Alive
 *     Host: <receiver's ip:port>
 *     Transfer-Encoding: chunked          only when there is a body, which is then one chunk
 *
 * A sender writes exactly this; libprocess-decoder.ts takes whatever else HTTP allows.
 */

import type { Upid } from "./upid.ts";
import { formatUpid } from "./upid.ts";

export interface LibprocessMessage {
  /** Text form, `id@ip:port`. */
  readonly from: string;
  /** Process id of the receiver, percent-decoded. */
  readonly to: string;
  /** Fully qualified protobuf name, e.g. `mesos.internal.RegisterSlaveMessage`. */
  readonly name: string;
  readonly body: Uint8Array;
}

const bodyEnd = "\r\n0\r\n\r\n";

/** One message as it goes on the wire. */
export function encodeLibprocessMessage(
  from: Upid,
  to: Upid,
  name: string,
  body: Uint8Array,
): Uint8Array {
  let head = headOf(from, to, name);
  if (body.length === 0) return Buffer.from(`${head}\r\n`, "latin1");
  head += `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`;
  const message = Buffer.allocUnsafe(head.length + body.length + bodyEnd.length);
  message.write(head, 0, "latin1");
  message.set(body, head.length);
  message.write(bodyEnd, head.length + body.length, "latin1");
  return message;
}

function headOf(from: Upid, to: Upid, name: string): string {
  const sender = formatUpid(from);
  return `POST /${encodeProcessId(to.id)}/${name} HTTP/1.1\r
User-Agent: libprocess/${sender}\r
Libprocess-From: ${sender}\r
Connection: Keep-Alive\r
Host: ${to.host}:${to.port}\r
`;
}

/** As a path segment: what may stand there stays, `slave(1)` among it. */
function encodeProcessId(id: string): string {
  return /^[\w.~!$&'()*+,;=:@-]*$/.test(id) ? id : encodeURIComponent(id);
}
