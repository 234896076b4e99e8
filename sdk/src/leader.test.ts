import assert from "node:assert/strict";
import { test } from "node:test";
import { createLeaderDetector } from "./leader.ts";

test("createLeaderDetector() takes one address, a list in a text, and a list", () => {
  assert.equal(createLeaderDetector("127.0.0.1:5050").current(), "http://127.0.0.1:5050");
  assert.equal(createLeaderDetector("http://a:1/").current(), "http://a:1");
  const two = createLeaderDetector("a:1, b:2");
  assert.equal(two.candidates, 2);
  assert.equal(createLeaderDetector(["a:1", "b:2"]).current(), "http://a:1");
});

test("createLeaderDetector() refuses what is no address, and says what it wanted", () => {
  for (const text of ["", "a", "a:b", "https://a:1", "a:1,", "a:1/path", "u@a:1"]) {
    assert.throws(() => createLeaderDetector(text), { code: "MASTER_ADDRESS_INVALID" }, text);
  }
  assert.throws(() => createLeaderDetector([]), { code: "MASTER_ADDRESS_INVALID" });
  assert.throws(() => createLeaderDetector("zk://a:2181/mesos"), /ZooKeeper/);
});

test("failed() goes round the list; a redirect outranks it until the leader fails", () => {
  const detector = createLeaderDetector("a:1,b:2");
  detector.failed("http://a:1");
  assert.equal(detector.current(), "http://b:2");
  detector.failed("http://a:1");
  assert.equal(detector.current(), "http://b:2", "an old failure does not count twice");
  detector.redirected("//c:3/api/v1/scheduler");
  assert.equal(detector.current(), "http://c:3");
  detector.failed("http://c:3");
  assert.equal(detector.current(), "http://b:2");
  detector.failed("http://b:2");
  assert.equal(detector.current(), "http://a:1");
});

test("redirected() refuses a location without a host", () => {
  const detector = createLeaderDetector("a:1");
  for (const location of ["", "/api/v1", "https://b:1/", "http://"]) {
    assert.throws(() => detector.redirected(location), { code: "REDIRECT_MALFORMED" }, location);
  }
  assert.equal(detector.current(), "http://a:1");
});
