/**
 * Runs one benchmark by name: `npm run -s bench -- NAME [--json]`.
 *
 * Every other module directly in this folder is a benchmark that runs when it is imported; what
 * several of them share lies in folders below. An unknown name is answered with those there are,
 * and exit status 64.
 */
import { readdirSync } from "node:fs";

const notBenchmarks = new Set(["run.ts", "report.ts"]);

function benchmarkNames(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .filter(
      (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !notBenchmarks.has(file),
    )
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

const name = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
const names = benchmarkNames();
if (name === undefined || !names.includes(name)) {
  const problem = name === undefined ? "no benchmark named" : `no benchmark "${name}"`;
  process.stderr.write(`${problem}; there are: ${names.join(", ")}\n`);
  process.exitCode = 64;
} else {
  await import(`./${name}.ts`);
}
