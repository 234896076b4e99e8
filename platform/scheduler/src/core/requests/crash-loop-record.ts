/**
 * The crash loops of a request that are known: those that go on, and the last few that ended.
 */

import type { CrashLoopInfo } from "../model/request.ts";
import type { Turn } from "../turn.ts";
import { announce } from "../webhooks/announce.ts";

/** Ended ones that are kept. */
const endedMax = 10;

export function crashLoopsOf(turn: Turn, requestId: string): readonly CrashLoopInfo[] {
  return turn.get("crashLoops", requestId)?.loops ?? [];
}

export function putCrashLoops(
  turn: Turn,
  requestId: string,
  loops: readonly CrashLoopInfo[],
): void {
  if (loops.length === 0) {
    turn.remove("crashLoops", requestId);
    return;
  }
  const ended = loops.filter(({ end }) => end !== undefined).slice(-endedMax);
  const active = loops.filter(({ end }) => end === undefined);
  turn.put("crashLoops", requestId, { requestId, loops: [...ended, ...active] });
}

/**
 * Somebody takes a request out of cooldown: the failures up to now count no more, or it would be back
 * at once.
 */
export function endFastFailureLoop(turn: Turn, requestId: string): void {
  const end = Math.floor(turn.now);
  const isOver = ({ type, end }: CrashLoopInfo): boolean =>
    type === "FAST_FAILURE_LOOP" && end === undefined;
  const loops = crashLoopsOf(turn, requestId);
  if (!loops.some(isOver)) return;
  const ended = loops.filter(isOver).map((loop) => ({ ...loop, end }));
  putCrashLoops(turn, requestId, [...loops.filter((loop) => !isOver(loop)), ...ended]);
  for (const loop of ended) announceLoop(turn, loop);
}

/** To CRASHLOOP webhooks: that it has begun, or, once it has an end, that it is over. */
export function announceLoop(turn: Turn, body: CrashLoopInfo): void {
  const { requestId, deployId } = body;
  announce(turn, { type: "CRASHLOOP", requestId, deployId, body });
}
