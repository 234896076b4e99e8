import assert from "node:assert/strict";
import { test } from "node:test";
import { announcementOf } from "./announcement.ts";
import { matches, parseFilter } from "./filter.ts";

test("matches() finds metadata by names that hold dots, and by names within others", () => {
  const metadata = {
    "git.sha": "1a2b",
    git: { branch: "main", "tag.name": "v1" },
    "": { x: 1 },
    list: ["a", { b: true }],
    nothing: null,
  };
  const announced = announcementOf(
    JSON.stringify({ announcementId: "i", serviceType: "web", metadata }),
    undefined,
  );
  const found = (name: string, text: string): boolean => {
    const { filter } = parseFilter([[`metadata.${name}`, text]]);
    return filter !== undefined && matches(filter, announced);
  };
  for (const [name, text] of [
    ["git.sha", "1a2b"],
    ["git.branch", "main"],
    ["git.tag.name", "v1"],
    [".x", "1"],
    ["list.0", "a"],
    ["list.1.b", "true"],
    ["git", '{"branch":"main","tag.name":"v1"}'],
    ["nothing", "null"],
  ] as const) {
    assert.ok(found(name, text), name);
  }
  for (const [name, text] of [
    ["git.sha", "main"],
    ["git.sha.more", "1a2b"],
    ["git.tag", "v1"],
    ["sha", "1a2b"],
    ["git.", "main"],
    ["toString", "x"],
  ] as const) {
    assert.ok(!found(name, text), name);
  }
});
