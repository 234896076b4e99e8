import assert from "node:assert/strict";
import { test } from "node:test";
import { isConnectionRefused } from "./connection-refused.ts";

const coded = (code: string) => Object.assign(new Error(code), { code });

test("isConnectionRefused() tells that nothing was sent, by the code of the first address", () => {
  assert.equal(isConnectionRefused(coded("ECONNREFUSED")), true);
  assert.equal(isConnectionRefused(coded("UND_ERR_CONNECT_TIMEOUT")), true);
  assert.equal(isConnectionRefused(new AggregateError([coded("ENETUNREACH"), coded("X")])), true);
  assert.equal(isConnectionRefused(coded("ECONNRESET")), false);
  assert.equal(isConnectionRefused(new AggregateError([])), false);
  assert.equal(isConnectionRefused(new Error("of ours")), false);
  assert.equal(isConnectionRefused(undefined), false);
});
