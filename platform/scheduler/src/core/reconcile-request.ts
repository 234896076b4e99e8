/**
 * The rules that every request is held to, in order, and what it means to hold it to them.
 *
 * A rule looks at the records of one request and moves them one step nearer to what they should be.
 * It is asked whenever something happened to the request or its time has come, and says when it wants
 * to be asked again. Being asked once too often changes nothing.
 */

import { invariant } from "@tavola/base";
import type { Turn } from "./turn.ts";

/** Returns when it is to be asked again though nothing happens; undefined: only when something does. */
export type RequestRule = (turn: Turn, requestId: string) => number | undefined;

/** Rules feed each other (a deploy succeeds, its request is unpaused, instances are missing): but not for ever. */
const roundsMax = 20;

/** Runs the rules on every request that something happened to, until nothing more does. */
export function reconcileDirty(turn: Turn, rules: readonly RequestRule[]): void {
  const { dirty, agenda } = turn.state;
  const rounds = new Map<string, number>();
  for (const requestId of dirty) {
    dirty.delete(requestId);
    const round = (rounds.get(requestId) ?? 0) + 1;
    invariant(round <= roundsMax, `the rules of request ${requestId} do not come to rest`);
    rounds.set(requestId, round);
    let wakeAt: number | undefined;
    for (const rule of rules) wakeAt = earlier(wakeAt, rule(turn, requestId));
    agenda.plan(requestId, wakeAt);
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
