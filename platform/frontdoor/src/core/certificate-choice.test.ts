import assert from "node:assert/strict";
import { test } from "node:test";
import { dayMs } from "@tavola/base";
import {
  type CertificateFacts,
  certificatesInUse,
  endingCertificates,
  preferredCertificate,
} from "./certificate-choice.ts";

function facts(path: string, from: number, until: number, names = ["a"]): CertificateFacts {
  return { path, names, from: from * dayMs, until: until * dayMs };
}

test("preferredCertificate() takes one that is valid, then the one that lasts longest", () => {
  const expired = facts("expired", 0, 10);
  const valid = facts("valid", 0, 30);
  const longer = facts("longer", 5, 60);
  const future = facts("future", 40, 400);
  const at = (day: number) =>
    preferredCertificate([expired, valid, longer, future, { ...longer }], day * dayMs);
  assert.equal(at(3), valid);
  assert.equal(at(20), longer);
  assert.equal(at(50), future);
  assert.equal(preferredCertificate([expired, valid], 90 * dayMs), valid);
});

test("certificatesInUse() leaves out those that have a better one for each name", () => {
  const old = facts("a", 0, 10, ["a", "*.a"]);
  const half = facts("b", 0, 10, ["a", "b"]);
  const renewed = facts("c", 0, 90, ["a", "*.a"]);
  const used = (all: readonly CertificateFacts[]) =>
    certificatesInUse(all, 20 * dayMs).map(({ path }) => path);
  assert.deepEqual(used([old, half, renewed]), ["b", "c"]);
  // Nobody asks for it by name, but who asks for none gets it.
  assert.deepEqual(used([facts("x", 0, 10, []), renewed]), ["x", "c"]);
  assert.deepEqual(used([]), []);
});

test("endingCertificates() are those that end within 14 days, or have ended", () => {
  const all = [facts("a", 0, 10), facts("b", 0, 33), facts("c", 0, 34)];
  const ending = endingCertificates(all, 20 * dayMs).map(({ path }) => path);
  assert.deepEqual(ending, ["a", "b"]);
});
