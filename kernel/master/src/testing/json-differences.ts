/**
 * In what two JSON texts differ, as a reader that knows integers from floats would see it.
 *
 * For tests that compare our answers with recorded ones: keys and types always, values too where both
 * describe the same cluster. Members of an object and, where its items have ids, of an array may come
 * in any order; times agree to a microsecond.
 */

/** A number as it was written: `4` and `4.0` are two kinds. */
class JsonNumber {
  readonly value: number;
  readonly kind: "integer" | "double";

  constructor(source: string) {
    this.value = Number(source);
    this.kind = /^-?\d+$/.test(source) ? "integer" : "double";
  }
}

/** "shapes": keys and types only. */
export type Compared = "shapes" | "values";

/** One line a difference, such as `.slaves[0].pid: missing`. Empty when there is none. */
export function jsonDifferences(actual: string, expected: string, compared: Compared): string[] {
  const differences: string[] = [];
  compare(parse(actual), parse(expected), "", compared, differences);
  return differences;
}

function parse(text: string): unknown {
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" ? new JsonNumber(context?.source ?? String(value)) : value;
  return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
}

function compare(
  actual: unknown,
  expected: unknown,
  path: string,
  compared: Compared,
  out: string[],
): void {
  if (typeOf(actual) !== typeOf(expected)) {
    out.push(`${path}: ${typeOf(actual)}, wanted ${typeOf(expected)}`);
  } else if (Array.isArray(actual)) {
    compareArrays(actual, expected as unknown[], path, compared, out);
  } else if (actual instanceof JsonNumber) {
    const wanted = (expected as JsonNumber).value;
    const tolerance = Math.max(1e-6, Math.abs(wanted) * 1e-15);
    if (compared === "values" && Math.abs(actual.value - wanted) > tolerance) {
      out.push(`${path}: ${actual.value}, wanted ${wanted}`);
    }
  } else if (typeof actual === "object" && actual !== null) {
    compareObjects(actual as JsonObject, expected as JsonObject, path, compared, out);
  } else if (compared === "values" && actual !== expected) {
    out.push(`${path}: ${JSON.stringify(actual)}, wanted ${JSON.stringify(expected)}`);
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function compareObjects(
  actual: JsonObject,
  expected: JsonObject,
  path: string,
  compared: Compared,
  out: string[],
): void {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const below = `${path}.${key}`;
    if (!(key in actual)) out.push(`${below}: missing`);
    else if (!(key in expected)) out.push(`${below}: not in the recording`);
    else compare(actual[key], expected[key], below, compared, out);
  }
}

function compareArrays(
  actual: readonly unknown[],
  expected: readonly unknown[],
  path: string,
  compared: Compared,
  out: string[],
): void {
  if (actual.length !== expected.length) {
    out.push(`${path}: ${actual.length} items, wanted ${expected.length}`);
  }
  const ours = byId(actual);
  const theirs = byId(expected);
  for (let n = 0; n < Math.min(ours.length, theirs.length); n++) {
    compare(ours[n], theirs[n], `${path}[${n}]`, compared, out);
  }
}

/** Hash order is no order. Items without an id keep theirs: statuses, resources. */
function byId(items: readonly unknown[]): readonly unknown[] {
  const keyed = items.map((item) => [idOf(item), item] as const);
  if (keyed.some(([id]) => id === undefined)) return items;
  return keyed.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function idOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null || "scalar" in item || "ranges" in item) {
    return undefined;
  }
  const { id, task_id, framework_info, name, state } = item as JsonObject;
  if (state !== undefined && "timestamp" in item) return undefined;
  const found = framework_info ?? task_id ?? id ?? name;
  return found === undefined ? undefined : JSON.stringify(found);
}

function typeOf(value: unknown): string {
  if (value instanceof JsonNumber) return value.kind;
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
