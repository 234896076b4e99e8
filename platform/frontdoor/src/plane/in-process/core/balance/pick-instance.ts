/**
 * Which instance a request goes to: of two that the dice name, each by its weight, the one with less
 * to do for its weight. Instances of our own zone before all others, as long as one of them is up.
 *
 * Without load this is the weights' share to the letter; under load who is slow gets less.
 */

import type { Instant, Random } from "@tavola/base";
import { type InstanceState, isEjected } from "./instance-state.ts";
import { weightNow } from "./slow-start.ts";

export interface Candidates<T extends InstanceState> {
  readonly members: readonly T[];
  /** Those of our zone. */
  readonly local: readonly T[];
  /** The greatest of all members' weights. */
  readonly weightMax: number;
}

export interface PickOptions {
  readonly now: Instant;
  readonly random: Random;
  readonly slowStartMs: number;
  /** Where this request has been. */
  readonly tried: readonly InstanceState[];
}

/** How often the dice are thrown before everybody is looked at. */
const throwsMax = 6;

/** Undefined: there is none that was not tried. PERF: O(1) expected, O(members) where most are out. */
export function pickInstance<T extends InstanceState>(
  from: Candidates<T>,
  options: PickOptions,
): T | undefined {
  const { local, members, weightMax } = from;
  const isUp = (state: T): boolean =>
    !options.tried.includes(state) && !isEjected(state, options.now);
  const found =
    (local.length > 0 ? pickOfTwo(local, weightMax, options, isUp) : undefined) ??
    pickOfTwo(members, weightMax, options, isUp);
  // All others are ejected, or were withdrawn since: rather one that failed a while ago than none.
  return found ?? pickOfTwo(members, weightMax, options, (state) => !options.tried.includes(state));
}

type IsUp<T> = (state: T) => boolean;

function pickOfTwo<T extends InstanceState>(
  states: readonly T[],
  weightMax: number,
  options: PickOptions,
  isUp: IsUp<T>,
): T | undefined {
  if (states.length === 0) return undefined;
  if (states.length === 1) return isUp(states[0] as T) ? states[0] : undefined;
  const first = pickByWeight(states, weightMax, options, isUp);
  if (first === undefined || first.active === 0) return first;
  const second = pickByWeight(states, weightMax, options, isUp) as T;
  const { now, slowStartMs } = options;
  const firstLoad = first.active / weightNow(first, now, slowStartMs);
  return second.active / weightNow(second, now, slowStartMs) < firstLoad ? second : first;
}

function pickByWeight<T extends InstanceState>(
  states: readonly T[],
  weightMax: number,
  { now, random, slowStartMs }: PickOptions,
  isUp: IsUp<T>,
): T | undefined {
  for (let thrown = 0; thrown < throwsMax; thrown += 1) {
    const state = states[Math.floor(random.next() * states.length)] as T;
    if (!isUp(state)) continue;
    const weight = weightNow(state, now, slowStartMs);
    if (weight >= weightMax || random.next() * weightMax < weight) return state;
  }
  const up = states.filter(isUp);
  let left = random.next() * up.reduce((sum, state) => sum + weightNow(state, now, slowStartMs), 0);
  for (const state of up) {
    left -= weightNow(state, now, slowStartMs);
    if (left < 0) return state;
  }
  return up.at(-1);
}
