/** How many connections a HAProxy may have, by what the system allows. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsMax } from "./connections-max.ts";

const limitsWith = (soft: string, hard: string): string =>
  `Max processes             1        2        processes\nMax open files            ${soft}        ${hard}        files\n`;

test("connectionsMax() is half of the descriptors that it may have, whatever we have of them", () => {
  assert.equal(connectionsMax(limitsWith("1024", "20064")), 10_000);
  assert.equal(connectionsMax(limitsWith("1024", "65")), 100);
});

test("connectionsMax() is no more than is usual where there is no limit, or none to be read", () => {
  for (const text of [
    limitsWith("1024", "unlimited"),
    limitsWith("1024", "1073741816"),
    undefined,
  ]) {
    assert.equal(connectionsMax(text), 524_256);
  }
});
