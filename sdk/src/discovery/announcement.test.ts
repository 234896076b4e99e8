import assert from "node:assert/strict";
import { test } from "node:test";
import { isOfService, parseAnnouncement, parseWatchAnswer, weightOf } from "./announcement.ts";

const web = { announcementId: "1", serviceType: "web", serviceUri: "http://a:1" };

test("parseAnnouncement() keeps what it does not know, and drops a feature or metadata that is null", () => {
  const strange = { ...web, feature: null, metadata: null, environment: "prod" };
  assert.deepEqual(parseAnnouncement(strange), { value: { ...web, environment: "prod" } });
  assert.match(parseAnnouncement({ ...web, serviceUri: 7 }).error ?? "", /serviceUri/);
  assert.match(parseAnnouncement([]).error ?? "", /object/);
});

test("parseWatchAnswer() leaves out what is no announcement, and refuses what is no answer", () => {
  const text = JSON.stringify({ fullUpdate: true, index: 3, deletes: [1, "x"], updates: [web, 5] });
  assert.deepEqual(parseWatchAnswer(text).value, {
    fullUpdate: true,
    index: 3,
    deletes: ["x"],
    updates: [web],
  });
  for (const bad of ["", "[]", "{}", '{"fullUpdate":true}', '{"fullUpdate":true,"index":0.5}']) {
    assert.ok(parseWatchAnswer(bad).error !== undefined, bad);
  }
});

test("isOfService() takes a type whatever its feature, and a type with its feature", () => {
  const canary = { ...web, feature: "canary" };
  assert.deepEqual(
    ["web", "web:canary", "web:", "web:blue", "canary"].map((each) => isOfService(canary, each)),
    [true, true, false, false, false],
  );
  assert.equal(isOfService(web, "web:undefined"), false);
});

test("weightOf() is 1 where the metadata says nothing, or nonsense", () => {
  const weights = [2, "0.5", 0, -1, "much", Number.NaN, undefined];
  assert.deepEqual(
    weights.map((weight) => weightOf({ ...web, metadata: { weight } })),
    [2, 0.5, 0, 1, 1, 1, 1],
  );
  for (const nonsense of ["", [], true, { toString: 1, valueOf: 1 }]) {
    assert.equal(weightOf({ ...web, metadata: { weight: nonsense } }), 1, JSON.stringify(nonsense));
  }
});
