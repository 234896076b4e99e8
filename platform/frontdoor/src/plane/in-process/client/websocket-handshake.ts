/**
 * A WebSocket over HTTP/2 (RFC 8441), as an instance sees one: the upgrade of an HTTP/1.1 connection.
 *
 * In HTTP/2 nobody proves by a key that it knows what a WebSocket is; SETTINGS and `:protocol` say so.
 * In HTTP/1.1 somebody must ask with one and look at what comes back, and that is us: an instance that
 * says 101 to whatever it is asked must not get bytes that a stranger chose.
 */

import { type FieldList, fieldValue } from "../core/message/field-list.ts";

/** Not by `import`, which would load Web Cryptography (`entropy.ts` of host). */
const { createHash, randomBytes } = process.getBuiltinModule("node:crypto");

const keyField = "sec-websocket-key";
const acceptField = "sec-websocket-accept";
/** RFC 6455 1.3. */
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export class WebSocketHandshake {
  readonly #key = randomBytes(16).toString("base64");

  /** What the instance is asked with: the client's fields, and a key of ours. */
  asked(fields: FieldList): FieldList {
    return [...without(fields, keyField), keyField, this.#key];
  }

  /** Whether an instance that changed the protocol has understood to what. */
  isAccepted(fields: FieldList): boolean {
    const accept = createHash("sha1")
      .update(this.#key + acceptSuffix)
      .digest("base64");
    return (
      fieldValue(fields, "upgrade")?.toLowerCase() === "websocket" &&
      fieldValue(fields, acceptField) === accept
    );
  }

  /** What the client gets of the fields of a 101. */
  answered(fields: FieldList): FieldList {
    return without(fields, acceptField);
  }
}

function without(fields: FieldList, name: string): FieldList {
  return fields.filter((_, at) => fields[at - (at % 2)] !== name);
}
