/** What a benchmark was told on its command line: `--name=value`. */

/** Undefined: it was not said. */
export function option(name: string): string | undefined {
  const start = `--${name}=`;
  return process.argv.find((argument) => argument.startsWith(start))?.slice(start.length);
}

/** Throws when what was said is not a number above 0. */
export function amountOption(name: string, otherwise: number): number {
  const said = option(name);
  if (said === undefined) return otherwise;
  const amount = Number(said);
  if (!Number.isFinite(amount) || amount <= 0) {
    throw new Error(`--${name}=${said}: a number above 0 is wanted`);
  }
  return amount;
}
