import assert from "node:assert/strict";
import test from "node:test";
import { jsonDifferences } from "./json-differences.ts";

const cases: readonly (readonly [actual: string, expected: string, difference: string])[] = [
  ["{}", '{"a":1}', ".a: missing"],
  ['{"a":1}', "{}", ".a: not in the recording"],
  ['{"a":1}', '{"a":1.0}', ".a: integer, wanted double"],
  ['{"a":"1"}', '{"a":1}', ".a: string, wanted integer"],
  ['{"a":null}', '{"a":{}}', ".a: null, wanted object"],
  ['{"a":[]}', '{"a":{}}', ".a: array, wanted object"],
  ['{"a":{"b":[{"c":1}]}}', '{"a":{"b":[{"d":1}]}}', ".a.b[0].d: missing"],
  ["[]", "[1]", ": 0 items, wanted 1"],
];

for (const [actual, expected, difference] of cases) {
  test(`jsonDifferences() sees that ${actual} is not ${expected}`, () => {
    assert.ok(jsonDifferences(actual, expected, "shapes").includes(difference));
  });
}

test("jsonDifferences() compares values only when asked to", () => {
  assert.deepEqual(jsonDifferences('{"a":"x","b":1}', '{"a":"y","b":2}', "shapes"), []);
  assert.deepEqual(jsonDifferences('{"a":"x","b":1}', '{"a":"y","b":2}', "values"), [
    '.a: "x", wanted "y"',
    ".b: 1, wanted 2",
  ]);
});

test("jsonDifferences() takes objects with ids in any order, and anything else in its own", () => {
  const ids = (a: string, b: string): string => `[{"id":"${a}"},{"id":"${b}"}]`;
  assert.deepEqual(jsonDifferences(ids("x", "y"), ids("y", "x"), "values"), []);
  assert.equal(jsonDifferences('["x","y"]', '["y","x"]', "values").length, 2);
});
