/**
 * The options of commands that people type: `--name=value`, `--name value`, `-x`.
 *
 * The daemons' flags are Mesos's and parsed by host; these are ours. A table per command, so that
 * what is not in it is refused by name.
 */

import { usageError } from "./command.ts";

export interface OptionDefinition {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** May be given several times; the value is a list. */
  readonly multiple?: boolean;
}

export type OptionTable = Readonly<Record<string, OptionDefinition>>;

type OptionValue<D extends OptionDefinition> = D extends { type: "boolean" }
  ? boolean
  : D extends { multiple: true }
    ? readonly string[]
    : string;

export interface ParsedOptions<T extends OptionTable> {
  readonly values: { readonly [N in keyof T]?: OptionValue<T[N]> };
  readonly positionals: readonly string[];
}

/** Throws a usage error that names the option. After `--` everything is positional. */
export function parseOptions<T extends OptionTable>(
  table: T,
  args: readonly string[],
): ParsedOptions<T> {
  const values: Record<string, boolean | string | string[]> = {};
  const positionals: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] as string;
    if (argument === "--") {
      positionals.push(...args.slice(index + 1));
      break;
    }
    if (!argument.startsWith("-") || argument === "-") {
      positionals.push(argument);
      continue;
    }
    const equals = argument.indexOf("=");
    const given = equals < 0 ? argument : argument.slice(0, equals);
    const [name, definition] = findOption(table, given);
    let value = equals < 0 ? undefined : argument.slice(equals + 1);
    if (definition.type === "boolean") {
      if (value !== undefined) throw usageError(`${given} takes no value`);
      values[name] = true;
      continue;
    }
    if (value === undefined) {
      index += 1;
      value = args[index];
    }
    if (value === undefined) throw usageError(`${given} needs a value`);
    if (definition.multiple === true) {
      values[name] = [...((values[name] as string[] | undefined) ?? []), value];
    } else if (values[name] !== undefined) {
      throw usageError(`${given} is given twice`);
    } else {
      values[name] = value;
    }
  }
  return { values: values as ParsedOptions<T>["values"], positionals };
}

function findOption(table: OptionTable, given: string): readonly [string, OptionDefinition] {
  const found = Object.entries(table).find(
    ([name, { short }]) => given === `--${name}` || given === `-${short}`,
  );
  if (found === undefined) throw usageError(`there is no option ${given}`);
  return found;
}

/** A number above zero (or from zero on, with `least: 0`), in units, such as cpus. */
export function parseAmount(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0) return value;
  throw usageError(`--${name} is "${text}"; wanted a number above 0, such as ${fallback || 1}`);
}

/** A whole number from 1 to `max`. */
export function parseCount(
  name: string,
  text: string | undefined,
  fallback: number,
  max: number,
): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  throw usageError(`--${name} is "${text}"; wanted a whole number from 1 to ${max}`);
}
