import assert from "node:assert/strict";
import { test } from "node:test";
import { type Announcement, announcementOf } from "./announcement.ts";
import { Catalogue } from "./catalogue.ts";
import { type Call, planBatch } from "./plan-batch.ts";

const limits = { announcementsMax: 4, announcementsPerTypeMax: 2 };

function announcement(id: string, serviceType = "web", owner?: string, port = 1): Announcement {
  const members = { announcementId: id, serviceType, serviceUri: `http://h:${port}` };
  return announcementOf(JSON.stringify(members), owner);
}

function announce(...given: Parameters<typeof announcement>): Call {
  return { kind: "announce", announcement: announcement(...given) };
}

function catalogueOf(...announcements: readonly Announcement[]): Catalogue {
  const catalogue = new Catalogue();
  catalogue.reset("one", 10, announcements);
  return catalogue;
}

function kindsOf(catalogue: Catalogue, calls: readonly Call[]): readonly string[] {
  return planBatch(catalogue, calls, limits).answers.map(({ kind }) => kind);
}

test("a later call of a batch meets what an earlier one did", () => {
  const calls: readonly Call[] = [
    announce("a"),
    { kind: "withdraw", id: "a", owner: undefined },
    { kind: "withdraw", id: "a", owner: undefined },
    announce("a", "api"),
  ];
  const { operations, answers } = planBatch(catalogueOf(), calls, limits);
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ["done", "done", "unknown", "done"],
  );
  assert.deepEqual(
    operations.map(({ kind }) => kind),
    ["put", "withdraw", "put"],
  );
});

test("what says what is known already is no operation", () => {
  const { operations, answers } = planBatch(
    catalogueOf(announcement("a")),
    [announce("a")],
    limits,
  );
  assert.deepEqual([operations.length, answers[0]?.kind], [0, "done"]);
});

test("only its key changes or withdraws what has one; what has none anybody does", () => {
  const catalogue = catalogueOf(announcement("a", "web", "key"), announcement("b"));
  assert.deepEqual(
    kindsOf(catalogue, [
      announce("a", "web", undefined, 2),
      announce("a", "web", "other", 2),
      { kind: "withdraw", id: "a", owner: undefined },
      announce("b", "web", "other", 2),
      { kind: "withdraw", id: "b", owner: undefined },
      { kind: "withdraw", id: "a", owner: "key" },
    ]),
    ["not-owner", "not-owner", "not-owner", "done", "not-owner", "done"],
  );
});

test("limits hold within a batch, too; who goes makes room, servers need none", () => {
  const catalogue = catalogueOf(announcement("a"), announcement("x", "x"));
  assert.deepEqual(
    kindsOf(catalogue, [
      announce("b"),
      announce("c"),
      announce("b", "web", undefined, 2),
      announce("d", "api"),
      announce("e", "api"),
      announce("s", "discovery"),
      { kind: "withdraw", id: "a", owner: undefined },
      announce("c"),
    ]),
    ["done", "too-many", "done", "done", "too-many", "done", "done", "too-many"],
  );
  const { answers } = planBatch(
    catalogueOf(announcement("a"), announcement("b")),
    [announce("c")],
    limits,
  );
  assert.deepEqual(answers, [{ kind: "too-many", of: "serviceType", max: 2 }]);
});

test("what was changed or renewed since it was asked about does not expire", () => {
  const catalogue = catalogueOf(announcement("a"), announcement("b"), announcement("c"));
  const expire = (id: string, changedAt: number, isOver: boolean): Call => ({
    kind: "expire",
    id,
    changedAt,
    isOver: () => isOver,
  });
  const calls = [
    expire("a", 9, true),
    expire("b", 10, false),
    announce("c", "web", undefined, 2),
    expire("c", 10, true),
    expire("a", 10, true),
  ];
  const { operations, answers } = planBatch(catalogue, calls, {
    announcementsMax: 10,
    announcementsPerTypeMax: 10,
  });
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ["unknown", "unknown", "done", "unknown", "done"],
  );
  assert.deepEqual(
    operations.map(({ kind }) => kind),
    ["put", "expire"],
  );
});
