/**
 * A connection to a discovery server that costs its process as little as Node allows, because the load
 * shares the machine with what it loads: one buffer for what all connections read, answers that are not
 * taken apart beyond what is looked at.
 *
 * Requests may be sent before earlier ones are answered. Throws on what it does not know, because a
 * benchmark that misreads its answers measures nothing.
 */
import { connect, type Socket } from "node:net";

/** `body` is overwritten when the call returns. */
export type Answered = (status: number, body: Buffer) => void;

const headEnd = Buffer.from("\r\n\r\n");
const lengthField = Buffer.from("\r\nContent-Length: ");
const zero = 0x30;
/** A read is handed on before the next one begins. */
const readBuffer = Buffer.allocUnsafe(64 * 1024);

export class DiscoveryConnection {
  readonly #socket: Socket;
  readonly #answered: Answered;
  /** The beginning of an answer whose end has not come. */
  #rest: Buffer | undefined;

  private constructor(socket: Socket, answered: Answered) {
    this.#socket = socket;
    this.#answered = answered;
  }

  static open(server: string, answered: Answered): Promise<DiscoveryConnection> {
    const { hostname, port } = new URL(server);
    const { promise, resolve, reject } = Promise.withResolvers<DiscoveryConnection>();
    const socket: Socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (bytes) => {
          connection.#received(readBuffer.subarray(0, bytes));
          return true;
        },
      },
    });
    const connection = new DiscoveryConnection(socket, answered);
    socket.on("connect", () => resolve(connection)).on("error", reject);
    socket.on("close", () => {
      throw new Error(`the connection to ${server} was closed`);
    });
    return promise;
  }

  send(requests: Buffer): void {
    this.#socket.write(requests);
  }

  #received(chunk: Buffer): void {
    const input = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at < input.length) {
      const end = this.#answer(input, at);
      if (end === undefined) break;
      at = end;
    }
    this.#rest = at < input.length ? Buffer.from(input.subarray(at)) : undefined;
  }

  /** Where the answer at `at` ends; undefined: not here. */
  #answer(input: Buffer, at: number): number | undefined {
    const headBytes = input.indexOf(headEnd, at);
    if (headBytes < 0) return undefined;
    const status = digitsAt(input, at + "HTTP/1.1 ".length);
    const field = input.indexOf(lengthField, at);
    const hasLength = field >= 0 && field < headBytes;
    if (!hasLength && status !== 204) throw new Error(`an answer ${status} without a length`);
    const bodyAt = headBytes + headEnd.length;
    const end = bodyAt + (hasLength ? digitsAt(input, field + lengthField.length) : 0);
    if (input.length < end) return undefined;
    this.#answered(status, input.subarray(bodyAt, end));
    return end;
  }
}

/** The whole number that begins there. */
export function digitsAt(bytes: Buffer, at: number): number {
  let value = 0;
  for (let next = at; ; next += 1) {
    const digit = (bytes[next] ?? 0) - zero;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}

/** As clients of discovery send them, with the fields that HTTP libraries add. */
export function requestOf(method: "GET" | "POST", path: string, body = ""): Buffer {
  const sent =
    body === ""
      ? ""
      : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: discovery.example\r\nConnection: keep-alive\r\n` +
      `Accept: application/json\r\nUser-Agent: benchmark\r\n${sent}\r\n${body}`,
  );
}
