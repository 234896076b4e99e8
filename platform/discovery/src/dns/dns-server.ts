/**
 * The DNS server: the same port over UDP and TCP.
 *
 * Bounded like everything that strangers reach: connections, what one may leave unread, how long it
 * may say nothing. What is no question is answered FORMERR where it has an id, and else passed over;
 * an answer is never answered.
 */

import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { createServer, isIP, type Server, type Socket } from "node:net";
import { CodedError, describeError } from "@tavola/base";
import type { Logger, Metrics } from "@tavola/host";
import { decode, type OptAnswer, type Packet } from "dns-packet";
import type { DnsForwarder } from "./dns-forwarder.ts";
import { type ReplyOptions, refusalOf, replyTo, responseCodes, udpBytesMax } from "./dns-reply.ts";

export interface DnsServerOptions extends ReplyOptions {
  readonly ip: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly forwarder: DnsForwarder;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface DnsServer {
  readonly ip: string;
  readonly port: number;
  close(): Promise<void>;
}

type Transport = "udp" | "tcp";

const limits = {
  connectionsMax: 1_000,
  silenceMs: 10_000,
  /** Answered at a time on one connection; more are not read meanwhile. */
  pipelinedMax: 64,
  plainUdpBytes: 512,
  tcpBytes: 65_535,
  headerBytes: 12,
  /** Tries to find a port that is free for both. */
  portTriesMax: 20,
} as const;

/** Rejects with CodedError CANNOT_LISTEN. */
export async function openDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await OpenDnsServer.open(options);
    } catch (cause) {
      // One that is free over TCP may be taken over UDP.
      if (options.port === 0 && tries < limits.portTriesMax) continue;
      const { ip, port } = options;
      const message = `Cannot answer DNS on ${ip}:${port}`;
      throw new CodedError("CANNOT_LISTEN", message, { ip, port }, { cause });
    }
  }
}

class OpenDnsServer implements DnsServer {
  readonly ip: string;
  readonly port: number;
  readonly #options: DnsServerOptions;
  readonly #tcp: Server;
  readonly #udp: UdpSocket;
  readonly #connections = new Set<Socket>();
  #isClosed = false;

  static async open(options: DnsServerOptions): Promise<OpenDnsServer> {
    const tcp = createServer();
    const port = await listenTcp(tcp, options.ip, options.port);
    const udp = createSocket(isIP(options.ip) === 6 ? "udp6" : "udp4");
    try {
      await bindUdp(udp, options.ip, port);
    } catch (error) {
      tcp.close();
      udp.close();
      throw error;
    }
    return new OpenDnsServer(options, port, tcp, udp);
  }

  private constructor(options: DnsServerOptions, port: number, tcp: Server, udp: UdpSocket) {
    this.#options = options;
    this.ip = options.ip;
    this.port = port;
    this.#tcp = tcp;
    this.#udp = udp;
    tcp.on("connection", (socket) => this.#accepted(socket));
    tcp.on("error", (error) => options.logger.warn({ error }, "DNS over TCP"));
    udp.on("message", (message, from) => void this.#datagram(message, from));
    udp.on("error", (error) => options.logger.warn({ error }, "DNS over UDP"));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = Promise.all([
      new Promise<void>((resolve) => this.#tcp.close(() => resolve())),
      new Promise<void>((resolve) => this.#udp.close(() => resolve())),
    ]);
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }

  async #datagram(message: Buffer, from: RemoteInfo): Promise<void> {
    // Nobody can be answered there; only who forges a datagram writes it.
    if (from.port === 0) return;
    const answer = await this.#answer(message, "udp");
    if (answer !== undefined && !this.#isClosed) this.#udp.send(answer, from.port, from.address);
  }

  #accepted(socket: Socket): void {
    if (this.#connections.size >= limits.connectionsMax) {
      socket.destroy();
      return;
    }
    this.#connections.add(socket);
    socket.setTimeout(limits.silenceMs, () => socket.destroy());
    socket.on("close", () => this.#connections.delete(socket));
    socket.on("error", () => socket.destroy());
    void this.#serve(socket);
  }

  /** Questions one behind the other, each with its length before it. */
  async #serve(socket: Socket): Promise<void> {
    let received = Buffer.alloc(0);
    try {
      for await (const chunk of socket) {
        received = Buffer.concat([received, chunk as Buffer]);
        let asked: Promise<Buffer | undefined>[] = [];
        while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
          const end = 2 + received.readUInt16BE(0);
          asked.push(this.#answer(received.subarray(2, end), "tcp"));
          received = received.subarray(end);
          if (asked.length < limits.pipelinedMax) continue;
          await sendAll(socket, asked);
          asked = [];
        }
        await sendAll(socket, asked);
      }
    } catch {
      // Cut off by either side; nothing of it is left.
      socket.destroy();
    }
  }

  /** Undefined: nobody is answered. */
  async #answer(message: Buffer, transport: Transport): Promise<Buffer | undefined> {
    const { metrics, logger } = this.#options;
    if (message.length < limits.headerBytes || isAnswer(message)) return undefined;
    metrics.counter("discovery/dns_questions").increment();
    let query: Packet;
    try {
      query = decode(message);
    } catch {
      return this.#refuse(bareOf(message), responseCodes.formatError);
    }
    // What is no UTF-8 cannot be said back as it was asked.
    const isText = query.questions?.every(({ name }) => !name.includes("\ufffd")) ?? true;
    if (!isText) return this.#refuse(bareOf(message), responseCodes.formatError);
    try {
      return await this.#reply(query, message, transport);
    } catch (error) {
      // Who did not answer us was logged when that began. What is a bug may lie in the question.
      const isAway = error instanceof CodedError && error.transient;
      const problem = { error: describeError(error) };
      logger[isAway ? "debug" : "warn"](problem, "a DNS question could not be answered");
      return this.#refuse(isAway ? query : bareOf(message), responseCodes.serverFailure);
    }
  }

  async #reply(query: Packet, message: Buffer, transport: Transport): Promise<Buffer> {
    const { zone, forwarder } = this.#options;
    if (ednsOf(query)?.ednsVersion) return this.#refuse(query, responseCodes.badVersion);
    if (((query.flags ?? 0) >> 11) % 16 !== 0) {
      return this.#refuse(query, responseCodes.notImplemented);
    }
    const [question, second] = query.questions ?? [];
    if (question === undefined || second !== undefined) {
      return this.#refuse(query, responseCodes.formatError);
    }
    if (question.class !== undefined && question.class !== "IN" && question.class !== "ANY") {
      return this.#refuse(query, responseCodes.refused);
    }
    if (zone.holds(question.name.toLowerCase())) {
      return await replyTo(query, question, this.#options, bytesMaxOf(query, transport));
    }
    if (!forwarder.isOn) return this.#refuse(query, responseCodes.refused);
    this.#options.metrics.counter("discovery/dns_forwarded").increment();
    const answer = await forwarder.ask(message, transport);
    return answer ?? this.#refuse(query, responseCodes.serverFailure);
  }

  #refuse(query: Packet, code: number): Buffer {
    return refusalOf(query, code, this.#options.recursionAvailable);
  }
}

/** Of a question that cannot be repeated. */
function bareOf(message: Buffer): Packet {
  return { id: message.readUInt16BE(0), flags: 0, questions: [] };
}

function isAnswer(message: Buffer): boolean {
  return (message.readUInt8(2) & 0x80) > 0;
}

function ednsOf({ additionals = [] }: Packet): OptAnswer | undefined {
  return additionals.find((each) => each.type === "OPT");
}

function bytesMaxOf(query: Packet, transport: Transport): number {
  if (transport === "tcp") return limits.tcpBytes;
  const told = ednsOf(query)?.udpPayloadSize ?? 0;
  return Math.min(Math.max(told, limits.plainUdpBytes), udpBytesMax);
}

async function sendAll(
  socket: Socket,
  asked: readonly Promise<Buffer | undefined>[],
): Promise<void> {
  for (const answer of await Promise.all(asked)) {
    if (answer === undefined) continue;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(answer.length, 0);
    if (socket.write(Buffer.concat([length, answer]))) continue;
    // Closed or emptied, whichever comes: who takes nothing is cut off by its silence.
    await new Promise<void>((resolve) => {
      socket.once("drain", resolve);
      socket.once("close", () => resolve());
    });
  }
}

function listenTcp(server: Server, ip: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: ip, port }, () => {
      server.off("error", reject);
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  });
}

function bindUdp(socket: UdpSocket, ip: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, ip, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}
