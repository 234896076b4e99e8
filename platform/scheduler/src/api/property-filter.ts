/**
 * `?property=a.b&property=!c`: only the parts of an answer that are asked for.
 *
 * A property is a path of names; `*` stands for any name; lists are walked through. One that begins
 * with `!` leaves its part out. When any is asked for, what nobody asked for is left out. Several may
 * be in one parameter, separated by commas.
 */

import { isObject } from "../core/model/shape.ts";

interface Branch {
  readonly children: Map<string, Branch>;
  /** All of it. */
  isWhole: boolean;
}

const newBranch = (): Branch => ({ children: new Map(), isWhole: false });

/** undefined: nothing is filtered. */
export function createPropertyFilter(
  properties: readonly string[],
): ((json: unknown) => unknown) | undefined {
  const paths = properties
    .flatMap((property) => property.split(","))
    .map((path) => path.trim())
    .filter((path) => path !== "" && path !== "!");
  if (paths.length === 0) return undefined;
  const wanted = newBranch();
  const unwanted = newBranch();
  for (const path of paths) {
    if (path.startsWith("!")) grow(unwanted, path.slice(1).split("."));
    else grow(wanted, path.split("."));
  }
  const keepsAll = wanted.children.size === 0;
  return (json) => {
    const kept = keepsAll ? json : keep(json, wanted);
    return unwanted.children.size === 0 ? kept : drop(kept, unwanted);
  };
}

function grow(branch: Branch, names: readonly string[]): void {
  let at = branch;
  for (const name of names) {
    const next = at.children.get(name) ?? newBranch();
    at.children.set(name, next);
    at = next;
  }
  at.isWhole = true;
}

function keep(json: unknown, branch: Branch): unknown {
  if (branch.isWhole) return json;
  if (Array.isArray(json)) return json.map((item) => keep(item, branch));
  if (!isObject(json)) return undefined;
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(json)) {
    const child = childOf(branch, name);
    const part = child && keep(value, child);
    if (part !== undefined) kept.push([name, part]);
  }
  return Object.fromEntries(kept);
}

function drop(json: unknown, branch: Branch): unknown {
  if (Array.isArray(json)) return json.map((item) => drop(item, branch));
  if (!isObject(json)) return json;
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(json)) {
    const child = childOf(branch, name);
    if (child === undefined) kept.push([name, value]);
    else if (!child.isWhole) kept.push([name, drop(value, child)]);
  }
  return Object.fromEntries(kept);
}

/** What is said of the name and of every name. */
function childOf(branch: Branch, name: string): Branch | undefined {
  const own = branch.children.get(name);
  const any = branch.children.get("*");
  if (own === undefined || any === undefined) return own ?? any;
  return {
    isWhole: own.isWhole || any.isWhole,
    children: new Map([...any.children, ...own.children]),
  };
}
