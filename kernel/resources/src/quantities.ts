/**
 * Amounts by name alone, whatever their kind: `cpus:0.01`, as in `--min_allocatable_resources`.
 *
 * A range counts its numbers and a set its items. Error sentences are Mesos's
 * (src/common/resource_quantities.cpp).
 */
import type { Milli, Result } from "@tavola/base";
import { milli } from "@tavola/base";
import { parseValue, tokenize } from "./parse-value.ts";
import { countRanges } from "./ranges.ts";
import type { Resources } from "./resources.ts";

/** Thousandths by name; no zeros. */
export type Quantities = ReadonlyMap<string, Milli>;

/** `cpus:10;mem:1024`; amounts of the same name are added up, zeros left out. */
export function parseQuantities(text: string): Result<Quantities> {
  const quantities = new Map<string, Milli>();
  for (const token of tokenize(text, ";")) {
    const [label, amount, ...more] = tokenize(token, ":");
    if (label === undefined || amount === undefined || more.length > 0) {
      return { error: `Failed to parse '${token}': missing or extra ':'` };
    }
    const { value, error } = parseValue(amount);
    if (value === undefined) {
      return { error: `Failed to parse '${amount}' to quantity: ${error}` };
    }
    if (value.scalar === undefined) {
      return {
        error: `Failed to parse '${amount}' to quantity: only scalar values are allowed`,
      };
    }
    const name = label.trim();
    const total = (milli(value.scalar.value) + (quantities.get(name) ?? 0)) as Milli;
    if (total > 0) quantities.set(name, total);
  }
  return { value: quantities };
}

/** Whether there is at least that much of every name. */
export function containsQuantities(resources: Resources, quantities: Quantities): boolean {
  for (const [name, amount] of quantities) {
    const have =
      resources.scalar(name) +
      1000 * (countRanges(resources.ranges(name)) + resources.items(name).length);
    if (have < amount) return false;
  }
  return true;
}
