import assert from "node:assert/strict";
import { test } from "node:test";
import { dayMs, instant } from "@tavola/base";
import { certificateFolder } from "../../testing/test-certificates.ts";
import { CertificateStore } from "./certificate-store.ts";

test("of two files for one name the one that is valid is served, whatever they are called", async (context) => {
  const folder = await certificateFolder();
  if (folder === undefined) return context.skip("openssl");
  context.after(() => folder.remove());
  await folder.write("a", ["a.example.com", "old.example.com"], { days: 2 });
  await folder.write("b", ["a.example.com"], { days: 90 });
  let now = Date.now();
  const store = await CertificateStore.load([folder.path], { now: () => instant(now) });
  const [renewed, former] = [
    store.contextFor("a.example.com"),
    store.contextFor("old.example.com"),
  ];
  assert.notEqual(renewed, former);
  // Who asks for neither gets what the first file's name gets.
  assert.equal(store.contextFor("other.example.com"), renewed);
  now += 100 * dayMs;
  assert.equal(store.contextFor("A.example.com"), renewed);
  now -= 200 * dayMs;
  assert.equal(store.contextFor("a.example.com"), renewed);
});
