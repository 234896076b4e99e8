/**
 * Least and most of a flag's value, with the sentence for one that is beyond.
 */

export function atLeast(least: number, text: string): (value: number) => string | undefined {
  return (value) => (value >= least ? undefined : `must be at least ${text}`);
}

export function between(
  [least, most]: readonly [number, number],
  text: string,
): (value: number) => string | undefined {
  return (value) => (value >= least && value <= most ? undefined : `must be ${text}`);
}
