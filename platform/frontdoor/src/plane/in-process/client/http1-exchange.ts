/** The way back to a client over HTTP/1: how an answer is framed, and what may follow on its connection. */

import type { Duplex } from "node:stream";
import type { FieldList } from "../core/message/field-list.ts";
import type { TurnWriter } from "../turn-writer.ts";
import type { AnswerHead, ClientExchange, ClientRequest } from "./client-exchange.ts";
import { reasonPhrase } from "./reason-phrase.ts";

/** What the exchange asks of the connection that it came on. */
export interface Http1Hooks {
  readBody(): void;
  pauseBody(): void;
  isDraining(): boolean;
  isBodyOver(): boolean;
  answered(exchange: Http1Exchange, mayGoOn: boolean): void;
  blocked(): void;
  abort(): void;
  giveAway(): { readonly socket: Duplex; readonly ahead: Buffer | undefined };
}

interface Http1ExchangeParts {
  readonly request: ClientRequest;
  readonly writer: TurnWriter;
  readonly keepsAlive: boolean;
  readonly connection: Http1Hooks;
}

export class Http1Exchange implements ClientExchange {
  readonly request: ClientRequest;
  readonly #writer: TurnWriter;
  readonly #hooks: Http1Hooks;
  #keepsAlive: boolean;
  #isChunked = false;

  constructor({ request, writer, keepsAlive, connection }: Http1ExchangeParts) {
    this.request = request;
    this.#writer = writer;
    this.#keepsAlive = keepsAlive;
    this.#hooks = connection;
  }

  readBody(): void {
    this.#hooks.readBody();
  }

  pauseBody(): void {
    this.#hooks.pauseBody();
  }

  inform(status: number, fields: readonly string[]): void {
    if (this.request.protocol === "HTTP/1.0") return;
    this.#writer.push(`${headText(status, reasonPhrase(status), fields)}\r\n`);
  }

  respond(head: AnswerHead): void {
    const { framing } = head;
    const isOld = this.request.protocol === "HTTP/1.0";
    let text = headText(head.status, head.reason || reasonPhrase(head.status), head.fields);
    if (framing.kind === "length") text += `content-length: ${framing.bytes}\r\n`;
    else if (framing.kind === "none") text += announced(head);
    else if (isOld) this.#keepsAlive = false;
    else {
      this.#isChunked = true;
      text += "transfer-encoding: chunked\r\n";
    }
    if (this.#hooks.isDraining() || !this.#hooks.isBodyOver()) this.#keepsAlive = false;
    if (!this.#keepsAlive) text += "connection: close\r\n";
    else if (isOld) text += "connection: keep-alive\r\n";
    this.#writer.push(`${text}\r\n`);
  }

  write(bytes: Uint8Array): boolean {
    let hasRoom: boolean;
    if (this.#isChunked) {
      this.#writer.push(`${bytes.length.toString(16)}\r\n`);
      this.#writer.push(bytes);
      hasRoom = this.#writer.push("\r\n");
    } else hasRoom = this.#writer.push(bytes);
    if (!hasRoom) this.#hooks.blocked();
    return hasRoom;
  }

  end(trailers: FieldList | undefined): void {
    if (this.#isChunked) {
      let text = "0\r\n";
      for (let at = 0; at < (trailers?.length ?? 0); at += 2) {
        text += `${trailers?.[at]}: ${trailers?.[at + 1]}\r\n`;
      }
      this.#writer.push(`${text}\r\n`);
    }
    this.#writer.flush();
    this.#hooks.answered(this, this.#keepsAlive);
  }

  abort(): void {
    this.#hooks.abort();
  }

  tunnel(protocol: string, fields: FieldList): Duplex {
    const head = headText(101, "Switching Protocols", fields);
    this.#writer.push(`${head}connection: upgrade\r\nupgrade: ${protocol}\r\n\r\n`);
    const { socket, ahead } = this.#hooks.giveAway();
    if (ahead !== undefined) socket.unshift(ahead);
    return socket;
  }
}

function headText(status: number, reason: string, fields: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let at = 0; at < fields.length; at += 2) text += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return text;
}

/** A head without a body says how long one would be, where the instance said so. */
function announced({ announcedBytes }: AnswerHead): string {
  return announcedBytes === undefined ? "" : `content-length: ${announcedBytes}\r\n`;
}
