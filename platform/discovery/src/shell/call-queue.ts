/**
 * Calls that wait for their batch, oldest first, and the answers that their callers wait for.
 *
 * Bounded, and nobody waits for ever: while the store is away a call is refused after a while, with
 * the reason. One that was on its way then may have been done all the same.
 */

import { CodedError, type Instant } from "@tavola/base";
import type { Announcement } from "../core/announcement.ts";
import type { Answer, Call } from "../core/plan-batch.ts";

export interface QueuedCall {
  readonly call: Call;
  readonly askedAt: Instant;
  readonly answered: (answer: Answer) => void;
  readonly refused: (error: CodedError) => void;
}

const limits = {
  callsMax: 50_000,
  patienceMs: 10_000,
  batchCalls: 2_000,
  /** Of a batch's text; the store takes 512 KiB in one transaction. */
  batchCharacters: 144 * 1024,
} as const;

export class CallQueue {
  #calls: QueuedCall[] = [];

  get length(): number {
    return this.#calls.length;
  }

  /** Rejects with OVERLOADED, and with UNAVAILABLE when it has waited too long. */
  add(call: Call, now: Instant): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    if (this.#calls.length >= limits.callsMax) {
      const text = `${limits.callsMax} calls wait for the store already`;
      reject(new CodedError("OVERLOADED", text, {}, { transient: true }));
    } else {
      this.#calls.push({ call, askedAt: now, answered: resolve, refused: reject });
    }
    return promise;
  }

  /** The oldest ones, as many as make one batch; they stay until they are `settled`. */
  next(): readonly QueuedCall[] {
    let characters = 0;
    let count = 0;
    for (const { call } of this.#calls) {
      characters += call.kind === "announce" ? textLength(call.announcement) : call.id.length + 16;
      if (count > 0 && (characters > limits.batchCharacters || count >= limits.batchCalls)) break;
      count += 1;
    }
    return this.#calls.slice(0, count);
  }

  /** Their batch is done. */
  settled(calls: readonly QueuedCall[], answers: readonly Answer[]): void {
    const done = new Set(calls);
    this.#calls = this.#calls.filter((each) => !done.has(each));
    for (const [at, { answered }] of calls.entries()) answered(answers[at] as Answer);
  }

  /** Refuses those that have waited too long; `why`: what is known of the reason. */
  timePassed(now: Instant, why: string): void {
    const [oldest] = this.#calls;
    if (oldest === undefined || now - oldest.askedAt < limits.patienceMs) return;
    const late = this.#calls.filter(({ askedAt }) => now - askedAt >= limits.patienceMs);
    this.#calls = this.#calls.filter(({ askedAt }) => now - askedAt < limits.patienceMs);
    for (const { refused } of late) refused(unavailable(why));
  }

  close(why: string): void {
    const calls = this.#calls;
    this.#calls = [];
    for (const { refused } of calls) refused(unavailable(why));
  }
}

function unavailable(why: string): CodedError {
  return new CodedError("UNAVAILABLE", why, {}, { transient: true });
}

/** In bytes at most three times as many. */
function textLength({ json, owner }: Announcement): number {
  return json.length + (owner?.length ?? 1) + 4;
}
