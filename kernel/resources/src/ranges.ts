/**
 * Sets of whole numbers written as ranges with both ends included, such as `[31000-32000]`.
 *
 * Owns their arithmetic. Every function takes and returns *normal* lists: ascending, and neither
 * overlapping nor adjacent; `coalesceRanges` makes one of any list. Nothing is changed in place.
 */
import type { Value_Range } from "@tavola/protocol";

type Ranges = readonly Value_Range[];

/** The normal list of the same numbers. PERF: O(n) when already normal, which is the usual case. */
export function coalesceRanges(ranges: Ranges): Ranges {
  if (isNormal(ranges)) return ranges;
  return mergeSorted([...ranges].sort((a, b) => a.begin - b.begin || a.end - b.end));
}

function isNormal(ranges: Ranges): boolean {
  for (let i = 1; i < ranges.length; i += 1) {
    if ((ranges[i] as Value_Range).begin <= (ranges[i - 1] as Value_Range).end + 1) return false;
  }
  return true;
}

function mergeSorted(sorted: Ranges): Ranges {
  const merged: Value_Range[] = [];
  let { begin, end } = sorted[0] as Value_Range;
  for (const range of sorted) {
    if (range.begin <= end + 1) {
      if (range.end > end) end = range.end;
    } else {
      merged.push({ begin, end });
      ({ begin, end } = range);
    }
  }
  merged.push({ begin, end });
  return merged;
}

/** The numbers in either. PERF: O(left + right). */
export function addRanges(left: Ranges, right: Ranges): Ranges {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const sorted: Value_Range[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const a = left[l];
    const b = right[r];
    if (b === undefined || (a !== undefined && a.begin <= b.begin)) {
      sorted.push(a as Value_Range);
      l += 1;
    } else {
      sorted.push(b);
      r += 1;
    }
  }
  return mergeSorted(sorted);
}

/** The numbers in `left` that are not in `right`. PERF: O(left + right). */
export function subtractRanges(left: Ranges, right: Ranges): Ranges {
  const rest: Value_Range[] = [];
  let r = 0;
  for (const range of left) {
    let begin = range.begin;
    while (r < right.length && (right[r] as Value_Range).end < begin) r += 1;
    for (let i = r; begin <= range.end; i += 1) {
      const cut = right[i];
      if (cut === undefined || cut.begin > range.end) {
        rest.push(begin === range.begin ? range : { begin, end: range.end });
        break;
      }
      if (cut.begin > begin) rest.push({ begin, end: cut.begin - 1 });
      begin = Math.max(begin, cut.end + 1);
    }
  }
  return rest;
}

/** Whether every number of `right` is in `left`. PERF: O(left + right). */
export function containsRanges(left: Ranges, right: Ranges): boolean {
  let l = 0;
  for (const range of right) {
    while (l < left.length && (left[l] as Value_Range).end < range.begin) l += 1;
    const around = left[l];
    if (around === undefined || around.begin > range.begin || around.end < range.end) return false;
  }
  return true;
}

/** How many numbers the ranges hold. */
export function countRanges(ranges: Ranges): number {
  let count = 0;
  for (const { begin, end } of ranges) count += end - begin + 1;
  return count;
}

/** `[31000-31002, 31005-31005]`, as Mesos prints it. */
export function formatRanges(ranges: Ranges): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`;
}
