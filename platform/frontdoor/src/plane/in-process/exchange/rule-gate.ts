/**
 * What one rule lets through: its rate, its requests at once, its circuit breaker.
 *
 * A gate belongs to the rule's text: what changes on other lines does not empty a bucket or close a
 * breaker.
 */

import type { Instant } from "@tavola/base";
import type { Rule } from "../../../core/rule.ts";
import { CircuitBreaker } from "../core/limits/circuit-breaker.ts";
import { TokenBucket } from "../core/limits/token-bucket.ts";

const breakerOpenMs = 10_000;

export type GateRefusal = {
  readonly status: 429 | 503;
  readonly reason: string;
  readonly retryAfterMs: number;
};

export class RuleGate {
  readonly #bucket: TokenBucket | undefined;
  readonly #concurrencyMax: number;
  readonly breaker: CircuitBreaker | undefined;
  #active = 0;

  constructor({ options }: Rule, now: Instant) {
    const { ratePerSecond, concurrencyMax, breakerFailures } = options;
    if (ratePerSecond !== undefined) this.#bucket = new TokenBucket(ratePerSecond, now);
    this.#concurrencyMax = concurrencyMax ?? Number.POSITIVE_INFINITY;
    if (breakerFailures !== undefined) {
      this.breaker = new CircuitBreaker(breakerFailures, options.breakerOpenMs ?? breakerOpenMs);
    }
  }

  /** Undefined: it may go, and `left` is to be called once when it has ended. */
  enter(now: Instant): GateRefusal | undefined {
    if (this.#active >= this.#concurrencyMax) {
      return { status: 503, reason: "too many requests at once", retryAfterMs: 1000 };
    }
    if (this.#bucket !== undefined && !this.#bucket.take(now)) {
      const retryAfterMs = this.#bucket.waitMs(now);
      return { status: 429, reason: "too many requests a second", retryAfterMs };
    }
    if (this.breaker !== undefined && !this.breaker.admits(now)) {
      const retryAfterMs = this.breaker.waitMs(now);
      return { status: 503, reason: "it fails too often; its circuit is open", retryAfterMs };
    }
    this.#active += 1;
    return undefined;
  }

  left(): void {
    this.#active -= 1;
  }
}

/** The gates of rules that limit anything, those of `before` for rules that were there. */
export function gatesOf(
  rules: readonly Rule[],
  before: ReadonlyMap<string, RuleGate>,
  now: Instant,
): Map<string, RuleGate> {
  const gates = new Map<string, RuleGate>();
  for (const rule of rules) {
    if (isLimited(rule)) gates.set(rule.text, before.get(rule.text) ?? new RuleGate(rule, now));
  }
  return gates;
}

function isLimited({ options }: Rule): boolean {
  const { ratePerSecond, concurrencyMax, breakerFailures } = options;
  return (
    ratePerSecond !== undefined || concurrencyMax !== undefined || breakerFailures !== undefined
  );
}
