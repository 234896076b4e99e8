/**
 * Tells a libprocess connection from an HTTP one by its first request head, without consuming it.
 *
 * A message is a POST with `Libprocess-From`, or with a `User-Agent` that begins "libprocess/", as
 * libprocess itself decides. Anything else is HTTP, which then judges whether it is well formed.
 */

import type { Socket } from "node:net";

/** More head than this and it is no libprocess message; HTTP has its own limit. */
const headBytesMax = 16 * 1024;

const post = Buffer.from("POST ");

export type ConnectionKind = "http" | "libprocess";

/** Whether `head` decides already, and how. Pure. */
export function kindOfHead(head: Buffer): ConnectionKind | "undecided" {
  const method = Math.min(head.length, post.length);
  if (head.compare(post, 0, method, 0, method) !== 0) return "http";
  const end = head.indexOf("\r\n\r\n");
  const text = head.toString("latin1", 0, end < 0 ? head.length : end + 2);
  if (/\r\n(?:user-agent:[ \t]*libprocess\/|libprocess-from:)/i.test(text)) return "libprocess";
  return end >= 0 || head.length > headBytesMax ? "http" : "undecided";
}

/** Calls `run` once it is known, with the bytes back on the socket; never when it ends before. */
export function classifyConnection(
  socket: Socket,
  firstBytesMsMax: number,
  run: (kind: ConnectionKind) => void,
): void {
  let head: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), firstBytesMsMax);

  function stop(): void {
    clearTimeout(timer);
    socket.off("data", onData).off("end", onEnd).off("close", stop);
  }
  function decide(kind: ConnectionKind): void {
    stop();
    socket.off("error", ignore);
    socket.pause();
    socket.unshift(head);
    run(kind);
    socket.resume();
  }
  function onData(chunk: Buffer): void {
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const kind = kindOfHead(head);
    if (kind !== "undecided") decide(kind);
  }
  function onEnd(): void {
    // Half a head and no more to come: HTTP answers that it is malformed.
    if (head.length > 0) decide("http");
    else {
      stop();
      socket.destroy();
    }
  }
  socket.on("data", onData).on("end", onEnd).on("close", stop).on("error", ignore);
}

/** A reset before anything was asked concerns nobody; "close" follows. */
function ignore(): void {}
