/** The laws of resource arithmetic, and `Resources` against the naive model. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseResources } from "./parse-resources.ts";
import { toPostRefinement, toPreRefinement } from "./reservation-format.ts";
import { Resources } from "./resources.ts";
import { arbitraryPlainResource, arbitraryResource } from "./testing/arbitrary-resources.ts";
import {
  type NaiveBag,
  naiveBagOf,
  naiveContains,
  naiveMinus,
  naivePlus,
} from "./testing/naive-resources.ts";

const list = fc.array(arbitraryResource, { maxLength: 8 });
const bag = list.map((resources) => Resources.of(resources));

function check(bags: number, law: (...bags: Resources[]) => void): void {
  fc.assert(
    fc.property(fc.tuple(...Array.from({ length: bags }, () => bag)), (some) => law(...some)),
    { numRuns: 500 },
  );
}

/** Of bags, with the same text for the same content in whatever order. */
function canonical(content: NaiveBag): unknown {
  return [...content]
    .map(([key, amount]) => [key, typeof amount === "number" ? amount : [...amount].sort()])
    .sort();
}

function same(a: Resources | NaiveBag, b: Resources | NaiveBag): void {
  const [x, y] = [a, b].map((some) =>
    some instanceof Resources ? naiveBagOf(some.toList()) : some,
  );
  deepEqual(canonical(x as NaiveBag), canonical(y as NaiveBag));
}

test("plus(), minus() and contains() agree with the naive model", () => {
  fc.assert(
    fc.property(list, list, (a, b) => {
      const [left, right] = [Resources.of(a), Resources.of(b)];
      const [naiveLeft, naiveRight] = [naiveBagOf(a), naiveBagOf(b)];
      same(left, naiveLeft);
      same(left.plus(right), naivePlus(naiveLeft, naiveRight));
      same(left.minus(right), naiveMinus(naiveLeft, naiveRight));
      equal(left.contains(right), naiveContains(naiveLeft, naiveRight));
    }),
    { numRuns: 1000 },
  );
});

test("plus() is commutative and associative, and the empty bag changes nothing", () => {
  check(3, (a = Resources.empty, b = Resources.empty, c = Resources.empty) => {
    ok(a.plus(b).equals(b.plus(a)));
    ok(
      a
        .plus(b)
        .plus(c)
        .equals(a.plus(b.plus(c))),
    );
    equal(a.plus(Resources.empty), a);
    equal(Resources.empty.plus(a).equals(a), true);
  });
});

test("what was taken away and is put back makes the bag whole", () => {
  check(2, (a = Resources.empty, b = Resources.empty) => {
    const both = a.plus(b);
    ok(both.contains(a) && both.contains(b));
    ok(both.minus(b).plus(b).equals(both));
    ok(both.minus(both).isEmpty);
  });
});

test("contains() is an order: it holds for itself, and both ways only for equals", () => {
  check(2, (a = Resources.empty, b = Resources.empty) => {
    ok(a.contains(a));
    equal(a.contains(b) && b.contains(a), a.equals(b));
    if (a.contains(b)) same(a.minus(b).plus(b), a);
  });
});

test("allocations() and reserved() split a bag without loss", () => {
  check(1, (a = Resources.empty) => {
    const unallocated = a.filter((resource) => resource.allocation_info === undefined);
    same(Resources.sum([unallocated, ...a.allocations().values()]), a);
    deepEqual(a.allocationRoles(), [...a.allocations().keys()]);
    same(Resources.sum([a.unreserved(), ...a.reserved().values()]), a);
    same(a.revocable().plus(a.nonRevocable()), a);
    ok(a.allocatedTo("x").unallocated().equals(a.unallocated()));
  });
});

test("parseResources() reads what toString() prints", () => {
  fc.assert(
    fc.property(fc.array(arbitraryPlainResource, { maxLength: 6 }), (resources) => {
      const before = Resources.of(resources);
      fc.pre(!before.isEmpty);
      const { value, error } = parseResources(before.toString());
      equal(error, undefined);
      ok(Resources.of(value ?? []).equals(before), before.toString());
    }),
  );
});

test("toPostRefinement() undoes toPreRefinement()", () => {
  fc.assert(
    fc.property(arbitraryResource, (resource) => {
      deepEqual(toPostRefinement(toPreRefinement(resource)), resource);
    }),
  );
});

test("toPreRefinement() of a bag is that of each of its messages", () => {
  check(1, (a = Resources.empty) => {
    deepEqual(a.toPreRefinement(), a.toList().map(toPreRefinement));
    ok(Resources.of(a.toPreRefinement()).equals(a));
  });
});
