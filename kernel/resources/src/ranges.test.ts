import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addRanges,
  coalesceRanges,
  containsRanges,
  countRanges,
  formatRanges,
  subtractRanges,
} from "./ranges.ts";

/** `1-3 5-5` */
function ranges(text: string): readonly { begin: number; end: number }[] {
  return text
    .split(" ")
    .filter(Boolean)
    .map((range) => {
      const [begin = 0, end = begin] = range.split("-").map(Number);
      return { begin, end };
    });
}

test("coalesceRanges() sorts, and joins what overlaps or touches", () => {
  deepEqual(coalesceRanges(ranges("5-6 1-2")), ranges("1-2 5-6"));
  deepEqual(coalesceRanges(ranges("1-2 3-4")), ranges("1-4"));
  deepEqual(coalesceRanges(ranges("1-10 2-3 9-12 12-12")), ranges("1-12"));
  deepEqual(coalesceRanges([]), []);
});

test("subtractRanges() cuts at either end, in the middle and right through", () => {
  deepEqual(subtractRanges(ranges("1-10"), ranges("1-3")), ranges("4-10"));
  deepEqual(subtractRanges(ranges("1-10"), ranges("8-12")), ranges("1-7"));
  deepEqual(subtractRanges(ranges("1-10"), ranges("3-4 6-6")), ranges("1-2 5-5 7-10"));
  deepEqual(subtractRanges(ranges("1-3 5-6 8-9"), ranges("2-8")), ranges("1-1 9-9"));
  deepEqual(subtractRanges(ranges("5-6"), ranges("1-9")), []);
  deepEqual(subtractRanges(ranges("1-2"), ranges("3-4")), ranges("1-2"));
});

test("range arithmetic is that of sets of numbers", () => {
  const normal = fc
    .array(fc.integer({ min: 0, max: 30 }), { maxLength: 15 })
    .map((numbers) => coalesceRanges(numbers.map((n) => ({ begin: n, end: n }))));
  const setOf = (list: readonly { begin: number; end: number }[]) => {
    const numbers = new Set<number>();
    for (const { begin, end } of list) for (let n = begin; n <= end; n += 1) numbers.add(n);
    return numbers;
  };
  fc.assert(
    fc.property(normal, normal, (a, b) => {
      const [x, y] = [setOf(a), setOf(b)];
      deepEqual(setOf(addRanges(a, b)), new Set([...x, ...y].sort((m, n) => m - n)));
      deepEqual(setOf(subtractRanges(a, b)), x.difference(y));
      equal(containsRanges(a, b), y.isSubsetOf(x));
      equal(countRanges(a), x.size);
      for (const result of [addRanges(a, b), subtractRanges(a, b)]) {
        deepEqual(coalesceRanges(result.map((range) => ({ ...range }))), result);
      }
    }),
    { numRuns: 1000 },
  );
});

test("formatRanges() prints as Mesos does", () => {
  equal(formatRanges(ranges("31000-31002 31005-31005")), "[31000-31002, 31005-31005]");
  equal(formatRanges([]), "[]");
});
