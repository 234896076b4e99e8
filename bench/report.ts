/**
 * How every benchmark prints what it measured.
 *
 * With `--json` on the command line one object is the only output; otherwise a table for people.
 * A benchmark calls `report` once, at its end; progress goes to standard error.
 */

/** One figure: `unit` is what `value` counts, such as `ms`, `tasks/s` or `bytes`. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** Prints the results. `workload` says in words what was run, so that the figures can be judged. */
export function report(bench: string, workload: string, results: readonly BenchResult[]): void {
  process.stdout.write(
    process.argv.includes("--json")
      ? `${JSON.stringify({ bench, workload, results })}\n`
      : formatTable(bench, workload, results),
  );
}

/** The table for people: the workload, then a line per result with the values right-aligned. */
export function formatTable(
  bench: string,
  workload: string,
  results: readonly BenchResult[],
): string {
  const rows = results.map(({ name, value, unit }) => [name, formatValue(value), unit] as const);
  const nameWidth = Math.max(0, ...rows.map(([name]) => name.length));
  const valueWidth = Math.max(0, ...rows.map(([, value]) => value.length));
  const lines = rows.map(
    ([name, value, unit]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)} ${unit}`,
  );
  return `${[`${bench}: ${workload}`, ...lines].join("\n")}\n`;
}

/** Whole numbers from a thousand up, otherwise three significant digits. */
function formatValue(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** The value below which `fraction` of the sorted samples lie (nearest rank). */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(sorted.length * fraction) - 1);
  return sorted[rank] ?? Number.NaN;
}
