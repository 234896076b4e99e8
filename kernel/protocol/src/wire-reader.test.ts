/** What the reader of compiled decoders shares between the fields of a message, and what it must not. */
import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { WireReader } from "./wire-reader.ts";

const input = Buffer.from([1, 2, 1, 2, 1, 3, 1, 2, 1]);

test("WireReader.blob() gives the last array again for the same bytes, within one message only", () => {
  const reader = new WireReader();
  reader.begin(input);
  const first = reader.blob(input, 0, 2);
  equal(reader.blob(input, 2, 4), first);
  deepEqual([...reader.blob(input, 4, 6)], [1, 3]);
  const longer = reader.blob(input, 6, 9);
  deepEqual([...longer], [1, 2, 1]);
  deepEqual([...reader.blob(input, 0, 2)], [1, 2]);
  deepEqual([...reader.blob(input, 0, 0)], []);
  const last = reader.blob(input, 0, 2);
  reader.end();
  reader.begin(input);
  notEqual(reader.blob(input, 0, 2), last);
});
