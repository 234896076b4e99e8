/** Users and groups of this machine: root is on all of them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { findUser, groupNameOf, userNameOf } from "./unix-users.ts";

test("names and numbers of users and groups", () => {
  assert.equal(userNameOf(0), "root");
  assert.equal(groupNameOf(0), "root");
  assert.equal(userNameOf(4_000_000), "4000000");
  assert.equal(groupNameOf(4_000_000), "4000000");
});

test("findUser() finds by name or number, with home, shell and groups", () => {
  const root = findUser("root");
  assert.equal(root?.uid, 0);
  assert.equal(root?.home, "/root");
  assert.equal(root?.gids[0], 0);
  assert.deepEqual(findUser("0"), root);
  assert.equal(findUser("nobody-of-that-name"), undefined);
  assert.equal(findUser(""), undefined);
});
