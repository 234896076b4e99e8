/**
 * An instance that a test plays: it keeps every byte it got and answers as it is told, byte by byte.
 */

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type ReadMessage, readMessages } from "./message-reader.ts";

export interface SeenRequest extends ReadMessage {
  readonly method: string;
  readonly target: string;
}

export interface RawBackend {
  readonly uri: string;
  readonly port: number;
  /** Of all connections, in the order in which they were made; the last of each may be incomplete. */
  requests(): SeenRequest[];
  /** How many connections there have been, and how many there are. */
  readonly connections: { readonly made: number; readonly open: number };
  /** All that came, of all connections. */
  received(): string;
  close(): Promise<void>;
}

/** Called once for each complete request, and once for each head when `onHead`. */
export type Answerer = (request: SeenRequest, socket: Socket) => void;

export interface BackendOptions {
  /** Default: 200 with `name` as its body, when the whole request has come. */
  readonly answer?: Answerer;
  /** Called as soon as a head has come, before its body. */
  readonly head?: Answerer;
  readonly connected?: (socket: Socket) => void;
  readonly name?: string;
  /** Default 127.0.0.1. */
  readonly ip?: string;
}

export function plainAnswer(body: string, fields = ""): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${fields}\r\n${body}`;
}

export async function startBackend(options: BackendOptions = {}): Promise<RawBackend> {
  const { name = "backend", ip = "127.0.0.1", head, connected } = options;
  const answer = options.answer ?? ((_request, socket) => socket.write(plainAnswer(name)));
  const inputs: { text: string; heads: number; answered: number }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const input = { text: "", heads: 0, answered: 0 };
    inputs.push(input);
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    connected?.(socket);
    socket.on("data", (bytes: Buffer) => {
      input.text += bytes.toString("latin1");
      const requests = seen(input.text);
      for (const request of requests.slice(input.heads)) {
        if (!input.text.includes("\r\n\r\n")) break;
        if (!request.isComplete && request.fields.length === 0) break;
        input.heads += 1;
        head?.(request, socket);
      }
      for (const request of requests.slice(input.answered)) {
        if (!request.isComplete) break;
        input.answered += 1;
        answer(request, socket);
      }
    });
  });
  server.listen(0, ip);
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  return {
    port,
    uri: `http://${ip.includes(":") ? `[${ip}]` : ip}:${port}`,
    requests: () => inputs.flatMap(({ text }) => seen(text)),
    get connections() {
      return { made: inputs.length, open: sockets.size };
    },
    received: () => inputs.map(({ text }) => text).join(""),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

function seen(text: string): SeenRequest[] {
  return readMessages(text).map((message) => {
    const [method = "", target = ""] = message.start.split(" ");
    return { ...message, method, target };
  });
}
