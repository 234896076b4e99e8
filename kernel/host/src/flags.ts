/**
 * Command-line flags and environment in Mesos's grammar.
 *
 * A daemon declares a table of flags; `parseFlags` merges environment (`MESOS_<NAME>`) and arguments
 * (`--name=value`, `--name` and `--no-name` for booleans), reads `file://` values from disk,
 * validates, and freezes the result. Arguments win over the environment. Dashes in a name count as
 * underscores, and `slave` in a name as `agent` and the other way round where the table has only one
 * of the two. `--name value` is not Mesos's grammar and is refused rather than misread.
 *
 * Does not read `process.argv` or `process.env`, print, or exit: the command line's owner does.
 */

import type { Result } from "@tavola/base";
import { type FlagKinds, flagKinds, parseFlagValue } from "./flag-kinds.ts";
import { createFlagIndex, type FlagIndex } from "./flag-names.ts";
import type { FlagDefinition, FlagTable } from "./flag-table.ts";

/** `default` or `required` make the value present; otherwise it may be undefined. */
export type FlagValues<T extends FlagTable> = {
  readonly [N in keyof T]: T[N] extends { kind: infer K extends keyof FlagKinds }
    ? T[N] extends { default: unknown } | { required: true }
      ? FlagKinds[K]
      : FlagKinds[K] | undefined
    : never;
};

export interface ParsedFlags<T extends FlagTable> {
  readonly values: FlagValues<T>;
  /** Every flag that has a value, as text, the way `/flags` and `/state` show it. */
  readonly shown: Readonly<Record<string, string>>;
}

export interface FlagSources {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default "MESOS_". */
  readonly prefix?: string;
}

/** One flag as somebody wrote it: `given` is the name they used. */
interface GivenFlag {
  readonly given: string;
  readonly name: string;
  readonly negated: boolean;
  readonly text: string | undefined;
}

/** The error is one sentence that names the flag, fit to be followed by the usage text. */
export function parseFlags<T extends FlagTable>(
  table: T,
  sources: FlagSources,
): Result<ParsedFlags<T>> {
  const index = createFlagIndex(table);
  const fromArguments = flagsOfArguments(index, sources.arguments);
  if (fromArguments.error !== undefined) return fromArguments;
  const fromEnvironment = flagsOfEnvironment(index, sources);
  if (fromEnvironment.error !== undefined) return fromEnvironment;
  const given = new Map([...fromEnvironment.value, ...fromArguments.value]);

  const values: Record<string, unknown> = {};
  const shown: Record<string, string> = {};
  for (const name of Object.keys(table).sort()) {
    const definition = table[name] as FlagDefinition;
    const flag = given.get(name);
    let value: unknown = definition.default;
    if (flag !== undefined) {
      const loaded = loadFlag(definition, flag);
      if (loaded.error !== undefined) return loaded;
      value = loaded.value;
    } else if (definition.required) {
      return { error: `Flag '${name}' is required, but it was not provided` };
    }
    values[name] = value;
    if (value === undefined) continue;
    const refusal = definition.validate?.(value as never);
    if (refusal !== undefined) return { error: `Invalid value for flag '${name}': ${refusal}` };
    shown[name] = flagKinds[definition.kind].format(value as never);
  }
  return {
    value: { values: Object.freeze(values) as FlagValues<T>, shown: Object.freeze(shown) },
  };
}

function flagsOfArguments(
  index: FlagIndex,
  args: readonly string[],
): Result<Map<string, GivenFlag>> {
  const flags = new Map<string, GivenFlag>();
  for (const argument of args) {
    if (!argument.startsWith("--") || argument === "--") {
      return {
        error: `Unexpected argument '${argument}'; flags are written --name=value`,
      };
    }
    const equals = argument.indexOf("=");
    const given = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
    const found = index.find(given);
    if (found === undefined) {
      const near = index.nearest(given);
      const hint = near === undefined ? "" : `; did you mean '--${near}'?`;
      return { error: `Failed to load unknown flag '${given}'${hint}` };
    }
    const previous = flags.get(found.name);
    if (previous !== undefined) {
      return { error: `Flag '${given}' is already loaded via name '${previous.given}'` };
    }
    flags.set(found.name, {
      given,
      ...found,
      text: equals < 0 ? undefined : argument.slice(equals + 1),
    });
  }
  return { value: flags };
}

/** Mesos ignores `MESOS_…` variables that name no flag, and so do we: executors inherit such. */
function flagsOfEnvironment(
  index: FlagIndex,
  sources: FlagSources,
): Result<Map<string, GivenFlag>> {
  const prefix = sources.prefix ?? "MESOS_";
  const flags = new Map<string, GivenFlag>();
  for (const [variable, text] of Object.entries(sources.environment)) {
    if (text === undefined || !variable.startsWith(prefix)) continue;
    const found = index.find(variable.slice(prefix.length));
    if (found === undefined) continue;
    const previous = flags.get(found.name);
    if (previous !== undefined) {
      return { error: `Flag '${found.name}' is set by both ${previous.given} and ${variable}` };
    }
    flags.set(found.name, { given: variable, ...found, text });
  }
  return { value: flags };
}

function loadFlag(definition: FlagDefinition, flag: GivenFlag): Result<unknown> {
  const failed = `Failed to load flag '${flag.given}'`;
  if (definition.kind === "bool") {
    if (flag.text === undefined || flag.text === "") return { value: !flag.negated };
    if (flag.negated) {
      return {
        error: `${failed}: '${flag.text}' is too much, a flag that begins with 'no-' takes no value`,
      };
    }
  } else if (flag.negated) {
    return { error: `${failed}: only a boolean flag can begin with 'no-', expected a value` };
  } else if (flag.text === undefined) {
    return { error: `${failed}: Missing value, expected --${flag.given}=VALUE` };
  }
  const parsed = parseFlagValue(definition.kind, flag.text ?? "");
  return parsed.error === undefined ? parsed : { error: `${failed}: ${parsed.error}` };
}

/** One paragraph a flag, sorted by name, as `--help` prints it. */
export function formatUsage(table: FlagTable): string {
  const lines: string[] = [];
  for (const name of Object.keys(table).sort()) {
    const definition = table[name] as FlagDefinition;
    const spelled = [name, ...(definition.aliases ?? [])].map((each) =>
      definition.kind === "bool" ? `--[no-]${each}` : `--${each}=VALUE`,
    );
    const value = definition.default;
    const trailer = definition.required
      ? " (required)"
      : value === undefined
        ? ""
        : ` (default: ${flagKinds[definition.kind].format(value as never)})`;
    lines.push(`  ${spelled.join(", ")}${trailer}`);
    for (const line of definition.help.trim().split("\n")) lines.push(`      ${line.trim()}`);
  }
  return `${lines.join("\n")}\n`;
}
