/**
 * Tokens that stand for a user: made up here, given out once, and kept as a hash only.
 */

import { createHash, randomBytes } from "node:crypto";
import type { User } from "../../core/model/operations.ts";
import type { SchedulerState } from "../../core/state.ts";
import type { Turn } from "../../core/turn.ts";

export function newToken(): string {
  return randomBytes(32).toString("hex");
}

export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** PERF: O(1); tokens are filed under their hash. */
export function userOfToken(state: SchedulerState, token: string): User | undefined {
  return state.records.token.get(hashToken(token))?.user;
}

export function tokenGiven(turn: Turn, tokenHash: string, user: User): void {
  turn.put("token", tokenHash, { tokenHash, user: { ...user, authenticated: true } });
}

/** All tokens of that user. */
export function tokensTakenBack(turn: Turn, userId: string): void {
  for (const [hash, { user }] of [...turn.state.records.token]) {
    if (user.id === userId) turn.remove("token", hash);
  }
}
