/**
 * The frames around the calls: how a connection begins, whose answer a frame is, and what changed.
 *
 *     connection = connect-request [auth-request…] { request }
 *     answers    = connect-reply { reply-header [record] }
 *
 * A reply's xid is that of its request, in the order of the requests; -1 is a watch's event, -2 a
 * ping's answer, -4 an authentication's.
 */

import type { JuteReader } from "./jute-reader.ts";
import { JuteWriter } from "./jute-writer.ts";
import { authOpcode, pingOpcode, type WireCall, xids } from "./wire-calls.ts";

/** What a session is to its servers. */
export interface SessionTicket {
  /** 0 for a new one. */
  readonly id: bigint;
  readonly password: Uint8Array;
}

export const noTicket: SessionTicket = { id: 0n, password: new Uint8Array(16) };

export function encodeConnect(
  ticket: SessionTicket,
  lastZxid: bigint,
  timeoutMs: number,
): Uint8Array {
  return new JuteWriter()
    .int(0)
    .long(lastZxid)
    .int(timeoutMs)
    .long(ticket.id)
    .buffer(ticket.password)
    .bool(false)
    .frame();
}

export interface ConnectReply {
  /** 0 or less: the session that was asked for is over. */
  readonly timeoutMs: number;
  readonly ticket: SessionTicket;
}

/** What follows (whether the server only reads, since 3.4) is passed over. */
export function readConnectReply(from: JuteReader): ConnectReply {
  from.int();
  const timeoutMs = from.int();
  const id = from.long();
  return { timeoutMs, ticket: { id, password: from.buffer() } };
}

/** As `zk://user:password@` has it: the scheme is always "digest". */
export function encodeAuth(user: string, password: string): Uint8Array {
  return new JuteWriter()
    .int(xids.auth)
    .int(authOpcode)
    .int(0)
    .string("digest")
    .buffer(Buffer.from(`${user}:${password}`))
    .frame();
}

export function encodePing(): Uint8Array {
  return new JuteWriter().int(xids.ping).int(pingOpcode).frame();
}

export function encodeCall(xid: number, call: WireCall<unknown>): Uint8Array {
  const writer = new JuteWriter().int(xid).int(call.opcode);
  call.write(writer);
  return writer.frame();
}

export interface ReplyHeader {
  readonly xid: number;
  readonly zxid: bigint;
  /** 0, or one of `zookeeper-errors.ts`. */
  readonly error: number;
}

export function readReplyHeader(from: JuteReader): ReplyHeader {
  return { xid: from.int(), zxid: from.long(), error: from.int() };
}

export interface WatchEvent {
  readonly kind: "created" | "deleted" | "changed" | "children" | "other";
  readonly path: string;
}

const eventKinds: Readonly<Record<number, WatchEvent["kind"]>> = {
  1: "created",
  2: "deleted",
  3: "changed",
  4: "children",
};

export function readWatchEvent(from: JuteReader): WatchEvent {
  const kind = eventKinds[from.int()] ?? "other";
  from.int();
  return { kind, path: from.string() };
}
