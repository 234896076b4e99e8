import assert from "node:assert/strict";
import { test } from "node:test";
import { createLeaderDetector as createIn, type LeaderDetector } from "./leader.ts";
import { openWorld } from "./world.ts";

const createLeaderDetector = (masters: string | readonly string[]): LeaderDetector =>
  createIn(masters, openWorld());

test("createLeaderDetector() takes one address, a list in a text, and a list", async () => {
  assert.equal(await createLeaderDetector("127.0.0.1:5050").current(), "http://127.0.0.1:5050");
  assert.equal(await createLeaderDetector("http://a:1/").current(), "http://a:1");
  const two = createLeaderDetector("a:1, b:2");
  assert.equal(two.candidates, 2);
  assert.equal(await createLeaderDetector(["a:1", "b:2"]).current(), "http://a:1");
});

test("createLeaderDetector() refuses what is no address, and says what it wanted", async () => {
  for (const text of ["", "a", "a:b", "https://a:1", "a:1,", "a:1/path", "u@a:1"]) {
    assert.throws(() => createLeaderDetector(text), { code: "MASTER_ADDRESS_INVALID" }, text);
  }
  assert.throws(() => createLeaderDetector([]), { code: "MASTER_ADDRESS_INVALID" });
  assert.throws(() => createLeaderDetector("zk://a:2181"), /path/);
});

test("failed() goes round the list; a redirect outranks it until the leader fails", async () => {
  const detector = createLeaderDetector("a:1,b:2");
  detector.failed("http://a:1");
  assert.equal(await detector.current(), "http://b:2");
  detector.failed("http://a:1");
  assert.equal(await detector.current(), "http://b:2", "an old failure does not count twice");
  detector.redirected("//c:3/api/v1/scheduler");
  assert.equal(await detector.current(), "http://c:3");
  detector.failed("http://c:3");
  assert.equal(await detector.current(), "http://b:2");
  detector.failed("http://b:2");
  assert.equal(await detector.current(), "http://a:1");
});

test("redirected() refuses a location without a host", async () => {
  const detector = createLeaderDetector("a:1");
  for (const location of ["", "/api/v1", "https://b:1/", "http://"]) {
    assert.throws(() => detector.redirected(location), { code: "REDIRECT_MALFORMED" }, location);
  }
  assert.equal(await detector.current(), "http://a:1");
});
