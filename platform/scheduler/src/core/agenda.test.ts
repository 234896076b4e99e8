import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import { Agenda } from "./agenda.ts";

test("the last word about a request counts, and each comes up once", () => {
  const agenda = new Agenda();
  agenda.plan("a", 10);
  agenda.plan("a", 30);
  agenda.plan("b", 20);
  agenda.plan("c", 5);
  agenda.plan("c", undefined);
  assert.equal(agenda.nextAt, 20);
  assert.deepEqual(agenda.takeDue(instant(25)), ["b"]);
  assert.deepEqual(agenda.takeDue(instant(30)), ["a"]);
  assert.equal(agenda.nextAt, undefined);
});

test("times far ahead that are planned over and over are not piled up", () => {
  const agenda = new Agenda();
  const year = 365 * 86_400_000;
  for (let n = 0; n < 20_000; n++) {
    agenda.plan("yearly", year);
    agenda.plan("yearly", undefined);
    agenda.plan("other", year + n);
  }
  agenda.plan("yearly", year);
  assert.ok(agenda.size < 3000, `${agenda.size} entries`);
  assert.deepEqual(agenda.takeDue(instant(2 * year)), ["yearly", "other"]);
});
