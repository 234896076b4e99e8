/**
 * Lengths of time as people say them in messages.
 */

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** The two largest units that matter: "1 h 5 min", "45 s", "250 ms". */
export function durationWords(durationMs: number): string {
  let rest = Math.max(0, Math.round(durationMs));
  const words: string[] = [];
  for (const [unit, unitMs] of units) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) words.push(`${count} ${unit}`);
    if (words.length === 2) break;
  }
  return words.length === 0 ? `${rest} ms` : words.join(" ");
}
