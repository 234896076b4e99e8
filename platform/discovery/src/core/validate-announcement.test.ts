import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { membersOf, saysTheSame } from "./announcement.ts";
import { validateAnnouncement } from "./validate-announcement.ts";

const good = { serviceType: "web", serviceUri: "http://10.0.0.1:80" };

function fieldOf(value: unknown): string | undefined {
  const { refusal } = validateAnnouncement(value, "new-id", undefined);
  assert.ok(refusal !== undefined, "it was taken");
  assert.ok(refusal.field === undefined || refusal.error.startsWith(`${refusal.field}: `));
  return refusal.field;
}

test("a malformed announcement is refused with the member that is wrong", () => {
  for (const value of [null, [], "text", 7, true]) assert.equal(fieldOf(value), undefined);
  assert.equal(fieldOf({}), "serviceType");
  assert.equal(fieldOf({ ...good, announcementId: 7 }), "announcementId");
  assert.equal(fieldOf({ ...good, announcementId: "" }), "announcementId");
  assert.equal(fieldOf({ ...good, announcementId: "a\nb" }), "announcementId");
  assert.equal(fieldOf({ ...good, announcementId: "x".repeat(256) }), "announcementId");
  assert.equal(fieldOf({ ...good, announcementId: "a\ud800" }), "announcementId");
  assert.equal(fieldOf({ ...good, serviceType: "\udc00" }), "serviceType");
  assert.equal(fieldOf({ ...good, feature: "\ud800" }), "feature");
  assert.equal(fieldOf({ ...good, serviceType: "web:v2" }), "serviceType");
  assert.equal(fieldOf({ ...good, serviceType: ["web"] }), "serviceType");
  assert.equal(fieldOf({ ...good, feature: 2 }), "feature");
  assert.equal(fieldOf({ ...good, metadata: [1] }), "metadata");
  assert.equal(fieldOf({ ...good, metadata: "x" }), "metadata");
  for (const serviceUri of [
    undefined,
    null,
    "",
    "web",
    "10.0.0.1:80",
    "http://",
    "/path",
    7,
    "mailto:a@b",
  ]) {
    assert.equal(fieldOf({ ...good, serviceUri }), "serviceUri", String(serviceUri));
  }
  for (const serviceUri of [
    "http://a b",
    "http://a\tb",
    "http://a\\b",
    `http://${"a".repeat(2050)}`,
  ]) {
    assert.equal(fieldOf({ ...good, serviceUri }), "serviceUri", serviceUri);
  }
  let deep: unknown = "bottom";
  for (let level = 0; level < 5000; level += 1) deep = { deep };
  assert.equal(fieldOf({ ...good, metadata: deep }), undefined);
});

test("what clients of any language announce is taken", () => {
  for (const serviceUri of [
    "https://web.example.com",
    "tcp://10.0.0.1:5432",
    "http://[fd01::2]:80/a?b",
    "fake://test",
  ]) {
    const { announcement } = validateAnnouncement({ ...good, serviceUri }, "new-id", undefined);
    assert.equal(announcement?.id, "new-id");
  }
  const nulls = { ...good, announcementId: null, feature: null, metadata: null };
  const { announcement } = validateAnnouncement(nulls, "new-id", "owner");
  assert.deepEqual(announcement && membersOf(announcement), { ...nulls, announcementId: "new-id" });
  assert.equal(announcement?.feature, undefined);
  assert.equal(announcement?.owner, "owner");
});

test("every other member is kept as it came, and renewing it is no change", () => {
  const more = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
  fc.assert(
    fc.property(more, fc.uuid(), (members, id) => {
      // As it comes over the wire: JavaScript writes -0 as 0.
      const sent = JSON.parse(
        JSON.stringify({
          ...members,
          metadata: members,
          ...good,
          announcementId: id,
          feature: "f",
        }),
      );
      const { announcement } = validateAnnouncement(sent, "unused", undefined);
      assert.ok(announcement !== undefined);
      assert.deepEqual(JSON.parse(announcement.json), sent);
      const shuffled = Object.fromEntries(Object.entries(sent).reverse());
      const again = validateAnnouncement(shuffled, "unused", undefined).announcement;
      assert.ok(again !== undefined && saysTheSame(announcement, again));
      const other = validateAnnouncement(
        { ...sent, feature: "g" },
        "unused",
        undefined,
      ).announcement;
      assert.ok(other !== undefined && !saysTheSame(announcement, other));
    }),
  );
});
