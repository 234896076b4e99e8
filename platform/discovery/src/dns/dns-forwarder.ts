/**
 * Passes questions outside the domain on to other servers, as they came, by the same transport.
 *
 * Each goes from a port of its own under an id of its own, and only an answer with that id from that
 * server is taken. The next server is asked when one does not answer in time. Off unless somebody names
 * servers: an open resolver is an amplifier for others' attacks.
 */

import { createSocket } from "node:dgram";
import { connect, isIP } from "node:net";
import { type Random, type Result, randomInt } from "@tavola/base";

export interface Upstream {
  readonly host: string;
  readonly port: number;
}

const limits = { answerMs: 2_000, inFlightMax: 1_000, tcpBytesMax: 65_535 } as const;

/** `HOST` or `HOST:PORT` by commas, IPv6 in brackets. */
export function parseResolvers(text: string): Result<readonly Upstream[]> {
  const upstreams: Upstream[] = [];
  for (const each of text.split(",").map((part) => part.trim())) {
    const [, bracketed, plain, digits = "53"] =
      /^(?:\[([0-9a-f:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/i.exec(each) ?? [];
    const host = bracketed ?? plain ?? each;
    const port = Number(digits);
    if (isIP(host) === 0 || port < 1 || port > 65_535) {
      return { error: `expected IP addresses with or without a port, got "${each}"` };
    }
    upstreams.push({ host, port });
  }
  return { value: upstreams };
}

export class DnsForwarder {
  readonly #upstreams: readonly Upstream[];
  readonly #random: Random;
  #inFlight = 0;

  constructor(upstreams: readonly Upstream[], random: Random) {
    this.#upstreams = upstreams;
    this.#random = random;
  }

  get isOn(): boolean {
    return this.#upstreams.length > 0;
  }

  /** Undefined: nobody answered, or too many are asked already. */
  async ask(query: Buffer, transport: "udp" | "tcp"): Promise<Buffer | undefined> {
    if (this.#inFlight >= limits.inFlightMax) return undefined;
    this.#inFlight += 1;
    try {
      for (const upstream of this.#upstreams) {
        const id = randomInt(this.#random, 0x1_0000);
        const own = Buffer.from(query);
        own.writeUInt16BE(id, 0);
        const exchange = transport === "udp" ? askOverUdp : askOverTcp;
        const answer = await exchange(upstream, own, id);
        if (answer === undefined) continue;
        answer.writeUInt16BE(query.readUInt16BE(0), 0);
        return answer;
      }
      return undefined;
    } finally {
      this.#inFlight -= 1;
    }
  }
}

type Exchange = (upstream: Upstream, query: Buffer, id: number) => Promise<Buffer | undefined>;

const askOverUdp: Exchange = ({ host, port }, query, id) => {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const socket = createSocket(isIP(host) === 6 ? "udp6" : "udp4");
  const timer = setTimeout(() => resolve(undefined), limits.answerMs);
  socket.on("error", () => resolve(undefined));
  socket.on("message", (answer) => {
    if (isAnswer(answer, id)) resolve(answer);
  });
  // Connected: the system takes nothing from anybody else.
  socket.connect(port, host, () => socket.send(query));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
};

const askOverTcp: Exchange = ({ host, port }, query, id) => {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length, 0);
  const socket = connect({ host, port }, () => socket.write(Buffer.concat([length, query])));
  let received = Buffer.alloc(0);
  socket.setTimeout(limits.answerMs, () => resolve(undefined));
  socket.on("error", () => resolve(undefined));
  socket.on("close", () => resolve(undefined));
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length > limits.tcpBytesMax + 2) return resolve(undefined);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    const answer = received.subarray(2, 2 + received.readUInt16BE(0));
    resolve(isAnswer(answer, id) ? Buffer.from(answer) : undefined);
  });
  return promise.finally(() => socket.destroy());
};

function isAnswer(message: Buffer, id: number): boolean {
  return (
    message.length >= 12 && message.readUInt16BE(0) === id && (message.readUInt8(2) & 0x80) > 0
  );
}
