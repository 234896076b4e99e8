/** Parts of answers, as `property` asks for them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createPropertyFilter } from "./property-filter.ts";

const json = [
  { id: "a", request: { id: "a", owners: ["x"] }, tasks: [{ id: 1, host: "h" }] },
  { id: "b", request: { id: "b", owners: ["y"] }, tasks: [] },
];

const cases: readonly (readonly [properties: readonly string[], unknown])[] = [
  [["id"], [{ id: "a" }, { id: "b" }]],
  [["request.id"], [{ request: { id: "a" } }, { request: { id: "b" } }]],
  [["tasks.host"], [{ tasks: [{ host: "h" }] }, { tasks: [] }]],
  [
    ["!request", "!tasks"],
    [{ id: "a" }, { id: "b" }],
  ],
  [
    ["id", "request", "!request.owners"],
    [
      { id: "a", request: { id: "a" } },
      { id: "b", request: { id: "b" } },
    ],
  ],
  [
    ["id,tasks.id"],
    [
      { id: "a", tasks: [{ id: 1 }] },
      { id: "b", tasks: [] },
    ],
  ],
  [
    ["*.id"],
    [
      { request: { id: "a" }, tasks: [{ id: 1 }] },
      { request: { id: "b" }, tasks: [] },
    ],
  ],
  [["nothing"], [{}, {}]],
];

for (const [properties, expected] of cases) {
  test(`property=${properties.join("&property=")}`, () => {
    assert.deepEqual(createPropertyFilter(properties)?.(json), expected);
  });
}

test("nothing is filtered when nothing is asked for", () => {
  assert.equal(createPropertyFilter([]), undefined);
  assert.equal(createPropertyFilter(["", "!"]), undefined);
});
