/**
 * The file's tree of keys, and which of them somebody has asked for: the others are typing errors, or
 * settings of Singularity's that mean nothing here.
 */

import type { Result } from "@tavola/base";
import { isObject } from "../core/model/shape.ts";
import type { Key, SectionKeys } from "./key.ts";

export class ConfigurationFile {
  readonly #root: Readonly<Record<string, unknown>>;
  /** Paths that are settings, whether or not they are in the file. */
  readonly #known = new Set<string>();

  constructor(root: Readonly<Record<string, unknown>>) {
    this.#root = root;
  }

  /** The value there; undefined when there is none, or null. Older names say Slave where newer say Agent. */
  take(path: string): { readonly path: string; readonly value: unknown } | undefined {
    for (const name of new Set([path, olderName(path)])) {
      this.#known.add(name);
      const value = this.#at(name);
      if (value !== undefined && value !== null) return { path: name, value };
    }
    return undefined;
  }

  has(path: string): boolean {
    return this.#at(path) !== undefined;
  }

  #at(path: string): unknown {
    let value: unknown = this.#root;
    for (const name of path.split(".")) {
      if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
      value = value[name];
    }
    return value;
  }

  /**
   * The settings of one section: what the file says, and defaults for the rest. The error names the key.
   * `prefix` is what the section's own names are under, with its dot.
   */
  section<T extends object>(prefix: string, keys: SectionKeys<T>, defaults: T): Result<T> {
    const values = { ...defaults } as Record<string, unknown>;
    for (const [name, key] of Object.entries(keys) as [string, Key<unknown>][]) {
      const found = this.#find([{ path: `${prefix}${name}`, read: key.own }, ...key.others]);
      if (found.error !== undefined) return found;
      if (found.value === undefined) continue;
      const { read, path, value } = found.value;
      const parsed = read(value, path);
      if (parsed.error !== undefined) return parsed;
      if (parsed.value === undefined) delete values[name];
      else values[name] = parsed.value;
    }
    return { value: values as T };
  }

  #find(
    places: readonly { readonly path: string; readonly read: Key<unknown>["own"] }[],
  ): Result<
    | { readonly path: string; readonly read: Key<unknown>["own"]; readonly value: unknown }
    | undefined
  > {
    const found = [];
    const seen = new Set<string>();
    for (const { path, read } of places) {
      const taken = this.take(path);
      if (taken === undefined || seen.has(taken.path)) continue;
      seen.add(taken.path);
      found.push({ ...taken, read });
    }
    const [first, second] = found;
    if (first !== undefined && second !== undefined) {
      return { error: `${first.path} and ${second.path} are the same setting: say one of them` };
    }
    return { value: first };
  }

  /** Paths in the file that are no settings, outermost first. */
  unknown(): readonly string[] {
    const paths: string[] = [];
    const known = [...this.#known];
    const walk = (node: Readonly<Record<string, unknown>>, prefix: string): void => {
      for (const [name, value] of Object.entries(node)) {
        const path = `${prefix}${name}`;
        if (this.#known.has(path)) continue;
        const hasSettings = known.some((other) => other.startsWith(`${path}.`));
        if (hasSettings && isObject(value)) walk(value, `${path}.`);
        else if (!hasSettings || (value !== null && value !== undefined)) paths.push(path);
      }
    };
    walk(this.#root, "");
    return paths;
  }

  /** The known path most like this one, when one is much like it. */
  nearest(path: string): string | undefined {
    let best: { readonly path: string; readonly distance: number } | undefined;
    for (const known of this.#known) {
      const distance = editDistance(path.toLowerCase(), known.toLowerCase());
      if (best === undefined || distance < best.distance) best = { path: known, distance };
    }
    return best !== undefined && best.distance <= 4 ? best.path : undefined;
  }
}

function olderName(path: string): string {
  const dot = path.lastIndexOf(".") + 1;
  return (
    path.slice(0, dot) +
    path
      .slice(dot)
      .replace("Agent", "Slave")
      .replace(/^agent/, "slave")
  );
}

/** Levenshtein's, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
