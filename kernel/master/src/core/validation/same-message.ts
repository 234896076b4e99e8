/**
 * Whether two messages say the same: structurally, absent and undefined being one.
 */

export function sameMessage(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b) || ArrayBuffer.isView(a)) return sameItems(a, b);
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  // PERF: decoded messages inherit nothing, and `in` makes no list of their keys.
  for (const key in left) if (!sameMessage(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

function sameItems(a: object, b: object): boolean {
  const [left, right] = [a as ArrayLike<unknown>, b as ArrayLike<unknown>];
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i += 1) if (!sameMessage(left[i], right[i])) return false;
  return true;
}
