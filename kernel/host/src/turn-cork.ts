/**
 * Writes to a connection together what one turn of the event loop has for it.
 *
 * A peer that sends many requests without waiting, or listens to a stream of small events, is answered
 * many times a turn, and each system call costs more than the answer does. So whoever is about to
 * write says so here: the socket keeps what is written until the turn ends, then all of it leaves in
 * one call. Nothing waits for more than that.
 *
 * PERF: per write a lookup in a set; one immediate per turn, however many sockets there are.
 */

import type { Socket } from "node:net";

let corked = new Set<Socket>();
let afterwards: (() => void)[] = [];

/** What is written to `socket` from now on leaves when the turn ends. Idempotent within a turn. */
export function corkForTurn(socket: Socket): void {
  if (corked.has(socket)) return;
  plan();
  corked.add(socket);
  socket.cork();
}

/** Runs `then` when what was written in this turn was handed to the system. */
export function afterTurnWrites(then: () => void): void {
  plan();
  afterwards.push(then);
}

function plan(): void {
  if (corked.size === 0 && afterwards.length === 0) setImmediate(flushTurnWrites);
}

/** At once; for who is about to destroy sockets. */
export function flushTurnWrites(): void {
  const sockets = corked;
  const waiting = afterwards;
  corked = new Set();
  afterwards = [];
  for (const socket of sockets) socket.uncork();
  for (const then of waiting) then();
}
