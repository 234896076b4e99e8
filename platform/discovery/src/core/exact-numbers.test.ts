import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { saysTheSame } from "./announcement.ts";
import { parseExactly, withNumbersAsWritten } from "./exact-numbers.ts";
import { matches, parseFilter } from "./filter.ts";
import { validateAnnouncement } from "./validate-announcement.ts";

function announcementOf(more: string) {
  const text = `{"serviceType":"web","serviceUri":"http://h",${more}}`;
  const { announcement } = validateAnnouncement(JSON.parse(text), "id", undefined);
  assert.ok(announcement !== undefined);
  return withNumbersAsWritten(announcement, text);
}

test("numbers that a double cannot hold are handed on as they were written", () => {
  for (const number of ["9223372036854775807", "-9007199254740993", "1e999", "9007199254740992"]) {
    const more = `"metadata":{"list":[${number}],"__proto__":{"x":1}},"pid":${number}`;
    const { json } = announcementOf(more);
    assert.equal(
      json,
      `{"announcementId":"id","serviceType":"web","serviceUri":"http://h",${more}}`,
    );
  }
});

test("two numbers that are one as doubles are not the same", () => {
  const [a, b] = [announcementOf('"n":9007199254740993'), announcementOf('"n":9007199254740992')];
  assert.equal(saysTheSame(a, b), false);
  assert.equal(saysTheSame(a, announcementOf('"n":9007199254740993')), true);
});

test("what is asked of the metadata finds them", () => {
  const announcement = announcementOf('"metadata":{"id":12345678901234567891}');
  for (const [text, isFound] of [
    ["12345678901234567891", true],
    ["12345678901234567000", false],
  ] as const) {
    const { filter } = parseFilter([["metadata.id", text]]);
    assert.equal(filter !== undefined && matches(filter, announcement), isFound);
  }
});

test("whatever is exact is read as ever", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(parseExactly(text), JSON.parse(text));
    }),
  );
});
