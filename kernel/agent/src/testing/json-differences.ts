/**
 * In what two JSON texts differ, for a reader that tells integers from doubles.
 *
 * Members may come in any order, and so may items of a list that have ids. Times agree to a
 * microsecond.
 */

/** One line a difference, such as `.frameworks[0].id: missing`; none when they agree. */
export function jsonDifferences(ours: string, recorded: string): string[] {
  const differences: string[] = [];
  compare(parse(ours), parse(recorded), "", differences);
  return differences;
}

interface NumberText {
  readonly number: string;
}

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

function parse(text: string): unknown {
  const reviver: Reviver = (_, value, { source }) =>
    typeof value === "number" ? ({ number: source } satisfies NumberText) : value;
  return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
}

function compare(ours: unknown, recorded: unknown, path: string, out: string[]): void {
  const [type, wanted] = [typeOf(ours), typeOf(recorded)];
  if (type !== wanted) {
    out.push(`${path}: ${type}, wanted ${wanted}`);
  } else if (type === "list") {
    compareLists(ours as unknown[], recorded as unknown[], path, out);
  } else if (type === "object") {
    compareObjects(ours as object, recorded as object, path, out);
  } else if (!isSame(ours, recorded)) {
    out.push(`${path}: ${JSON.stringify(ours)}, wanted ${JSON.stringify(recorded)}`);
  }
}

function compareObjects(ours: object, recorded: object, path: string, out: string[]): void {
  const [left, right] = [ours, recorded] as Record<string, unknown>[];
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(ours)])) {
    if (!(key in ours)) out.push(`${path}.${key}: missing`);
    else if (!(key in recorded)) out.push(`${path}.${key}: not in the recording`);
    else compare(left?.[key], right?.[key], `${path}.${key}`, out);
  }
}

function compareLists(ours: unknown[], recorded: unknown[], path: string, out: string[]): void {
  if (ours.length !== recorded.length) {
    out.push(`${path}: ${ours.length} items, wanted ${recorded.length}`);
    return;
  }
  const [left, right] = [inOrder(ours), inOrder(recorded)];
  for (const [n, item] of left.entries()) compare(item, right[n], `${path}[${n}]`, out);
}

const idNames = ["id", "task_id", "executor_info", "framework_info", "executor_id", "name"];

/** Without ids the order means something: statuses, resources. */
function inOrder(items: readonly unknown[]): readonly unknown[] {
  const keyed = items.map((item): readonly [string | undefined, unknown] => {
    const isResource = typeof item === "object" && item !== null && "type" in item;
    if (typeof item !== "object" || item === null || isResource || "timestamp" in item) {
      return [undefined, item];
    }
    const name = idNames.find((each) => each in item);
    return [name && JSON.stringify((item as Record<string, unknown>)[name]), item];
  });
  if (keyed.some(([key]) => key === undefined)) return items;
  return keyed.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function isSame(ours: unknown, recorded: unknown): boolean {
  const [left, right] = [ours, recorded] as (Partial<NumberText> | null)[];
  if (left?.number === undefined || right?.number === undefined) return ours === recorded;
  return Math.abs(Number(left.number) - Number(right.number)) < 1e-6;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  if (!("number" in value)) return "object";
  return /^-?\d+$/.test(String(value.number)) ? "integer" : "double";
}
