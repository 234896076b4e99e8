/**
 * Durations as Mesos writes them: `5secs`, `15mins`, `1.5hrs`.
 */

const units: readonly (readonly [name: string, ms: number])[] = [
  ["weeks", 7 * 24 * 3600 * 1000],
  ["days", 24 * 3600 * 1000],
  ["hrs", 3600 * 1000],
  ["mins", 60 * 1000],
  ["secs", 1000],
  ["ms", 1],
  ["us", 1e-3],
  ["ns", 1e-6],
];

/** In the largest unit of which there is at least one. */
export function formatDuration(ms: number): string {
  for (const [name, unitMs] of units) {
    if (Math.abs(ms) >= unitMs) return `${Number((ms / unitMs).toPrecision(12))}${name}`;
  }
  return "0ns";
}
