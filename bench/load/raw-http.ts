/**
 * HTTP by hand over one socket, for load generators that must cost less than what they load.
 *
 * Knows just what our master and agent answer: status lines, headers, bodies with a length or in
 * chunks. Requests may be sent before earlier ones are answered; answers come in their order. Refuses
 * what it does not know by throwing, because a benchmark that misreads its answers measures nothing.
 */
import { connect, type Socket } from "node:net";

export interface RawResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

interface Waiting {
  readonly onHead: (response: RawResponse) => void;
  readonly onBody: (chunk: Uint8Array) => void;
  readonly onEnd: (response: RawResponse) => void;
}

export interface RawRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Where the next byte belongs. */
type Phase = "head" | "length-body" | "chunk-size" | "chunk-body" | "chunk-end" | "last-chunk-end";

export class RawConnection {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #waiting: Waiting[] = [];
  #buffered: Buffer = Buffer.alloc(0);
  #phase: Phase = "head";
  #missing = 0;
  #response: RawResponse | undefined;
  /** Why the connection is of no use any more. */
  onBroken: (error: Error) => void = (error) => {
    throw error;
  };

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#received(chunk));
    socket.on("error", (error) => this.onBroken(error));
    socket.on("close", () => this.onBroken(new Error(`connection to ${host} closed`)));
  }

  /** `url` is `http://host:port`. */
  static open(url: string): Promise<RawConnection> {
    const { hostname, port, host } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawConnection(socket, host));
      });
    });
  }

  /** Sends a POST now. The promise resolves with the answer, its body read and thrown away. */
  post(request: RawRequest): Promise<RawResponse> {
    return new Promise((resolve) => {
      this.#send(request, { onHead: () => {}, onBody: () => {}, onEnd: resolve });
    });
  }

  /** Sends a POST whose answer does not end, unless it is a refusal; resolves with its head. */
  stream(request: RawRequest, onBody: (chunk: Uint8Array) => void): Promise<RawResponse> {
    return new Promise((resolve) => {
      let isRefused = false;
      const onHead = (response: RawResponse): void => {
        isRefused = response.status !== 200;
        resolve(response);
      };
      const onStreamed = (chunk: Uint8Array): void => {
        if (!isRefused) onBody(chunk);
      };
      this.#send(request, { onHead, onBody: onStreamed, onEnd: () => {} });
    });
  }

  /** From here on the other side may close it. */
  expectEnd(): void {
    this.onBroken = () => {};
  }

  close(): void {
    this.expectEnd();
    this.#socket.destroy();
  }

  #send({ path, headers, body }: RawRequest, waiting: Waiting): void {
    let head = `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Length: ${body.length}\r\n`;
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    const message = Buffer.allocUnsafe(head.length + 2 + body.length);
    message.write(`${head}\r\n`, "latin1");
    message.set(body, head.length + 2);
    this.#waiting.push(waiting);
    this.#cork();
    this.#socket.write(message);
  }

  /** What is sent in one turn of the event loop leaves in one system call. */
  #cork(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    setImmediate(() => this.#socket.uncork());
  }

  #received(chunk: Buffer): void {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    while (this.#step());
  }

  /** Whether there may be more to do with what is buffered. */
  #step(): boolean {
    switch (this.#phase) {
      case "head":
        return this.#readHead();
      case "chunk-size":
        return this.#readChunkSize();
      case "chunk-end":
      case "last-chunk-end":
        return this.#skipChunkEnd();
      default:
        return this.#readBody();
    }
  }

  #readHead(): boolean {
    const end = this.#buffered.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [statusLine = "", ...lines] = this.#buffered.toString("latin1", 0, end).split("\r\n");
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    this.#buffered = this.#buffered.subarray(end + 4);
    const response = { status: Number(statusLine.split(" ")[1]), headers };
    this.#response = response;
    this.#waiting[0]?.onHead(response);
    if (headers.get("transfer-encoding") === "chunked") {
      this.#phase = "chunk-size";
      return true;
    }
    const length = headers.get("content-length");
    if (length === undefined) throw new Error(`answer without a length: ${statusLine}`);
    this.#phase = "length-body";
    this.#missing = Number(length);
    if (this.#missing === 0) this.#ended();
    return true;
  }

  #readChunkSize(): boolean {
    const end = this.#buffered.indexOf("\r\n");
    if (end < 0) return false;
    this.#missing = Number.parseInt(this.#buffered.toString("latin1", 0, end), 16);
    this.#buffered = this.#buffered.subarray(end + 2);
    this.#phase = this.#missing === 0 ? "last-chunk-end" : "chunk-body";
    return true;
  }

  #readBody(): boolean {
    if (this.#buffered.length === 0) return false;
    const part = this.#buffered.subarray(0, this.#missing);
    this.#buffered = this.#buffered.subarray(part.length);
    this.#missing -= part.length;
    this.#waiting[0]?.onBody(part);
    if (this.#missing > 0) return false;
    if (this.#phase === "length-body") this.#ended();
    else this.#phase = "chunk-end";
    return true;
  }

  #skipChunkEnd(): boolean {
    if (this.#buffered.length < 2) return false;
    this.#buffered = this.#buffered.subarray(2);
    if (this.#phase === "last-chunk-end") this.#ended();
    else this.#phase = "chunk-size";
    return true;
  }

  #ended(): void {
    this.#phase = "head";
    const waiting = this.#waiting.shift();
    const response = this.#response;
    if (waiting === undefined || response === undefined) throw new Error("answer to no question");
    waiting.onEnd(response);
  }
}
