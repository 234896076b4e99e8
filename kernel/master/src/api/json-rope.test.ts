import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { ByteRope, type Bytes, flatten } from "./byte-rope.ts";
import { jsonBytes, listRope, objectRope } from "./json-rope.ts";
import { joinObjects, jsonArray, jsonObject, jsonString } from "./json-text.ts";

/** As it comes back from JSON, which has no negative zero. */
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const object = fc.dictionary(fc.string(), json, { maxKeys: 4 });

function parse(bytes: Bytes): unknown {
  return JSON.parse(Buffer.from(flatten(bytes)).toString());
}

function encoded(value: unknown): Uint8Array {
  return jsonBytes(JSON.stringify(value));
}

test("flatten() gives the parts one after the other, at any depth", () => {
  const tree = fc.letrec<{ node: Bytes; leaf: Uint8Array; rope: ByteRope }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("rope")),
    leaf: fc.uint8Array({ maxLength: 5 }),
    rope: fc.array(tie("node"), { maxLength: 4 }).map((parts) => new ByteRope(parts as Bytes[])),
  })).node;
  const concatenated = (bytes: Bytes): Buffer =>
    bytes instanceof ByteRope ? Buffer.concat(bytes.parts.map(concatenated)) : Buffer.from(bytes);
  fc.assert(
    fc.property(tree, (bytes) => {
      assert.deepEqual(Buffer.from(flatten(bytes)), concatenated(bytes));
      assert.equal(flatten(bytes).length, bytes.length);
    }),
  );
});

test("listRope() is the list of its items", () => {
  fc.assert(
    fc.property(fc.array(json, { maxLength: 4 }), (items) => {
      assert.deepEqual(parse(listRope(items.map(encoded))), items);
    }),
  );
});

test("objectRope() has the members of all its parts", () => {
  fc.assert(
    fc.property(object, object, object, (first, second, placed) => {
      const names = new Set<string>();
      const distinct = (from: object): Record<string, unknown> =>
        Object.fromEntries(
          Object.entries(from).filter(([name]) => name !== "__proto__" && fresh(names, name)),
        );
      const [one, two, three] = [distinct(first), distinct(second), distinct(placed)];
      const members = Object.fromEntries(Object.entries(three).map(([n, v]) => [n, encoded(v)]));
      assert.deepEqual(parse(objectRope(encoded(one), encoded(two), members)), {
        ...one,
        ...two,
        ...three,
      });
    }),
  );
});

function fresh(names: Set<string>, name: string): boolean {
  const isNew = !names.has(name);
  names.add(name);
  return isNew;
}

test("jsonObject() leaves out what is undefined; joinObjects() takes empty ones", () => {
  const text = jsonObject({ a: jsonString('"'), b: undefined, c: jsonArray(["1", "2"]) });
  assert.equal(text, '{"a":"\\"","c":[1,2]}');
  assert.equal(joinObjects(text, "{}"), text);
  assert.equal(joinObjects("{}", text), text);
  assert.equal(joinObjects('{"z":0}', text), '{"z":0,"a":"\\"","c":[1,2]}');
});
