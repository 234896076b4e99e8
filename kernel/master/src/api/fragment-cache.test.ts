import assert from "node:assert/strict";
import test from "node:test";
import { FragmentCache } from "./fragment-cache.ts";

test("FragmentCache renders again exactly when a part was replaced", () => {
  const rendered: string[] = [];
  const cache = new FragmentCache<{ state: string; list: readonly string[] }>(
    ({ state, list }) => [state, list],
    ({ state, list }) => {
      rendered.push(state);
      return `${state}:${list.join()}`;
    },
  );
  const value = { state: "a", list: ["x"] as readonly string[] };
  assert.equal(cache.of(value), "a:x");
  assert.equal(cache.of(value), "a:x");
  assert.equal(rendered.length, 1);
  value.state = "b";
  assert.equal(cache.of(value), "b:x");
  value.list = [...value.list, "y"];
  assert.equal(cache.of(value), "b:x,y");
  assert.equal(cache.of({ state: "c", list: [] }), "c:");
  assert.equal(rendered.length, 4);
});
