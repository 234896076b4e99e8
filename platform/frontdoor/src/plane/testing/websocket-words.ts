/** What a client and an instance say to begin a WebSocket, of which tests then see the bytes. */

import { createHash } from "node:crypto";
import { firstValue } from "./message-reader.ts";
import type { SeenRequest } from "./raw-backend.ts";

/** An extended CONNECT as a browser sends it: without a key, since HTTP/2 has no use for one. */
export const webSocketRequest = {
  ":method": "CONNECT",
  ":protocol": "websocket",
  ":path": "/socket?x=1",
  origin: "http://www.example.com",
  "sec-websocket-version": "13",
};

/** The head by which an instance takes it up. */
export function switchedTo(seen: SeenRequest): string {
  const key = firstValue(seen.fields, "sec-websocket-key") ?? "";
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  return (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${accept.digest("base64")}\r\nSec-WebSocket-Protocol: chat\r\n\r\n`
  );
}
