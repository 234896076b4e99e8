/** A server that speaks just enough of ZooKeeper's protocol to answer wrongly, late or not at all. */

import { createServer, type Socket } from "node:net";
import { FrameDecoder } from "../frame-decoder.ts";
import { JuteReader } from "../jute-reader.ts";
import { JuteWriter } from "../jute-writer.ts";
import { listening } from "./tcp-proxy.ts";

export interface ScriptedServer {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** What is done with a call; opcode 0 is the connect request. Default: it is answered well. */
  onCall: (socket: Socket, xid: number, opcode: number) => void;
  close(): Promise<void>;
}

/** A reply's frame; `record` writes what follows the header. */
export function replyFrame(
  xid: number,
  error = 0,
  record: (to: JuteWriter) => unknown = () => undefined,
): Uint8Array {
  const writer = new JuteWriter().int(xid).long(1n).int(error);
  record(writer);
  return writer.frame();
}

export function connectReplyFrame(timeoutMs: number): Uint8Array {
  const password = new Uint8Array(16).fill(7);
  return new JuteWriter().int(0).int(timeoutMs).long(42n).buffer(password).bool(false).frame();
}

/** Answers the connect request, pings and authentications; says of all else that it is done. */
export function answerWell(socket: Socket, xid: number, opcode: number): void {
  if (opcode === 0) socket.write(connectReplyFrame(600));
  else socket.write(replyFrame(xid, 0, (to) => to.string("/")));
}

export async function startScriptedServer(port = 0): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    server.connections += 1;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    const decoder = new FrameDecoder();
    let isGreeted = false;
    socket.on("data", (chunk: Buffer) => {
      for (const frame of decoder.push(chunk).value ?? []) {
        const reader = new JuteReader(frame);
        const [xid, opcode] = isGreeted ? [reader.int(), reader.int()] : [0, 0];
        isGreeted = true;
        server.onCall(socket, xid, opcode);
      }
    });
  });
  const server = {
    port: await listening(listener, port),
    connections: 0,
    onCall: answerWell,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
  return server;
}
