/**
 * How rules are written: each looks at a value and says the sentence that refuses it, or nothing.
 *
 * The sentences are Singularity's, because its clients show and compare them. Rules run in order and
 * the first that speaks counts. Owns the form only; the rules are in the files beside this one, each
 * named for what it is about.
 */

import { type Refusal, refused } from "../turn.ts";

/** What refuses the value, or undefined when it is fine. Rules that do not apply return undefined. */
export type Rule<T> = (value: T) => string | undefined;

/** A sentence where `isWrong`. */
export function when(isWrong: boolean, sentence: string): string | undefined {
  return isWrong ? sentence : undefined;
}

/** The first rule's sentence that speaks. */
export function firstSentence<T>(value: T, rules: readonly Rule<T>[]): string | undefined {
  for (const rule of rules) {
    const sentence = rule(value);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

/** The same as a refusal with status 400. */
export function refuseBy<T>(
  value: T,
  rules: readonly Rule<T>[],
): { readonly refusal: Refusal } | undefined {
  const sentence = firstSentence(value, rules);
  return sentence === undefined ? undefined : refused(400, sentence);
}
