/**
 * The receiving side of one libprocess connection: messages in, one short reply each.
 *
 * libprocess answers every message 202 (handed over) or 404 (no such process), and its senders read
 * and ignore that; other clients wait for it. Replies of one chunk of input go out in one write.
 * Broken framing ends this connection only: after it, nothing that follows can be trusted.
 */

import type { Socket } from "node:net";
import { LibprocessDecoder, type LibprocessMessage } from "@tavola/protocol";
import { httpDate } from "./http-date.ts";
import { MessageIntake } from "./message-intake.ts";

export interface ReceiverOptions {
  readonly onMessage: (message: LibprocessMessage) => "accepted" | "unknown";
  /** Of all connections of an endpoint. */
  readonly intake: MessageIntake<ReceivedMessages>;
  readonly bodyBytesMax: number;
  /** Said once, before the connection is destroyed. */
  readonly onBroken: (error: string) => void;
}

/** What came in one piece, and where to. */
export interface ReceivedMessages {
  readonly socket: Socket;
  readonly messages: readonly LibprocessMessage[];
  readonly onMessage: ReceiverOptions["onMessage"];
}

export function createMessageIntake(): MessageIntake<ReceivedMessages> {
  return new MessageIntake({ handle: answer });
}

/** A peer that takes no replies is sent no more of them; it still may send. */
const unreadReplyBytesMax = 1024 * 1024;

export function receiveMessages(socket: Socket, options: ReceiverOptions): void {
  const decoder = new LibprocessDecoder({ bodyBytesMax: options.bodyBytesMax });
  socket.on("data", (chunk: Buffer) => {
    const { value: messages } = decoder.push(chunk);
    if (messages !== undefined && messages.length > 0) {
      options.intake.take(socket, { socket, messages, onMessage: options.onMessage });
    }
    if (decoder.error === undefined) return;
    options.onBroken(decoder.error);
    socket.destroy();
  });
  socket.on("end", () => socket.end());
  socket.on("error", () => socket.destroy());
}

function answer({ socket, messages, onMessage }: ReceivedMessages): void {
  let replies = "";
  let date = "";
  for (const message of messages) {
    date = date === "" ? httpDate() : date;
    replies +=
      onMessage(message) === "accepted"
        ? `HTTP/1.1 202 Accepted\r\nDate: ${date}\r\nContent-Length: 0\r\n\r\n`
        : `HTTP/1.1 404 Not Found\r\nDate: ${date}\r\nContent-Length: 0\r\n\r\n`;
  }
  if (socket.writable && socket.writableLength < unreadReplyBytesMax) {
    socket.write(replies, "latin1");
  }
}
