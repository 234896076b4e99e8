/** Random resources for properties. For tests only. */
import type { Resource, Resource_ReservationInfo } from "@tavola/protocol";
import fc from "fast-check";

const labels = fc.constantFrom(undefined, { labels: [{ key: "team", value: "a" }] });

const reservations: fc.Arbitrary<readonly Resource_ReservationInfo[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.constant([{ type: "STATIC" as const, role: "eng" }]) },
  {
    weight: 2,
    arbitrary: fc
      .record({ principal: fc.constantFrom(undefined, "ops", "ci"), labels })
      .map((owner) => [
        { type: "DYNAMIC" as const, role: "eng", ...JSON.parse(JSON.stringify(owner)) },
      ]),
  },
);

const thousandths = fc.integer({ min: 0, max: 5000 }).map((value) => ({ value: value / 1000 }));

/** Not overlapping; in any order. */
const arbitraryRanges = fc
  .uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 12 })
  .map((cuts) => {
    const sorted = cuts.sort((a, b) => a - b);
    const range: { begin: number; end: number }[] = [];
    for (let i = 0; i + 1 < sorted.length; i += 2) {
      range.push({ begin: sorted[i] as number, end: sorted[i + 1] as number });
    }
    return range;
  });

const value = fc.oneof(
  fc.record({
    name: fc.constantFrom("cpus", "mem"),
    type: fc.constant("SCALAR" as const),
    scalar: thousandths,
  }),
  fc.record({
    name: fc.constantFrom("ports", "ids"),
    type: fc.constant("RANGES" as const),
    ranges: arbitraryRanges.map((range) => ({ range })),
  }),
  fc.record({
    name: fc.constant("disks"),
    type: fc.constant("SET" as const),
    set: fc.subarray(["a", "b", "c", "d"]).map((item) => ({ item })),
  }),
);

/** Valid, divisible and unshared, in the post-refinement form; may be empty amounts. */
export const arbitraryResource: fc.Arbitrary<Resource> = fc
  .tuple(value, reservations, fc.boolean(), fc.constantFrom(undefined, "web", "db"))
  .map(([plain, stack, isRevocable, role]) => ({
    ...plain,
    ...(stack.length > 0 ? { reservations: stack } : {}),
    ...(isRevocable ? { revocable: {} } : {}),
    ...(role === undefined ? {} : { allocation_info: { role } }),
  }));

/** Valid in the text grammar: unreserved, no more than a name and a value. */
export const arbitraryPlainResource: fc.Arbitrary<Resource> = value;
