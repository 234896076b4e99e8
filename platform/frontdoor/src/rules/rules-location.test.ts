import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRulesLocation } from "./rules-location.ts";

test("parseRulesLocation() reads repositories and files", () => {
  assert.deepEqual(
    parseRulesLocation("git+ssh://git@github.com/team/routes.git#main:a/b.rules").value,
    {
      kind: "git",
      remote: "ssh://git@github.com/team/routes.git",
      branch: "main",
      file: "a/b.rules",
      authorization: undefined,
      display: "git+ssh://git@github.com/team/routes.git#main:a/b.rules",
      host: "github.com",
      project: "team/routes",
    },
  );
  assert.deepEqual(parseRulesLocation("/srv/routes.git#release/1:front.rules").value, {
    kind: "git",
    remote: "/srv/routes.git",
    branch: "release/1",
    file: "front.rules",
    authorization: undefined,
    display: "/srv/routes.git#release/1:front.rules",
    host: undefined,
    project: undefined,
  });
  const file = { kind: "file", path: "/etc/front.rules", display: "/etc/front.rules" };
  assert.deepEqual(parseRulesLocation("/etc/front.rules").value, file);
  assert.deepEqual(parseRulesLocation("file:///etc/front.rules").value, file);
});

test("parseRulesLocation() shows nobody a password", () => {
  const { value } = parseRulesLocation("git+https://me:secret@host/a.git#main:f");
  assert.ok(value?.kind === "git");
  assert.equal(value.remote, "https://host/a.git");
  assert.equal(value.authorization, `Basic ${Buffer.from("me:secret").toString("base64")}`);
  assert.equal(value.display, "git+https://***@host/a.git#main:f");
  const token = parseRulesLocation("git+https://token@host/a.git#main:f").value;
  assert.equal(token?.display, "git+https://***@host/a.git#main:f");
  assert.ok(!parseRulesLocation("git+https://me:secret@host/a.git#main").error?.includes("secret"));
  assert.ok(!parseRulesLocation("https://me:secret@host/a.git").error?.includes("secret"));
});

test("parseRulesLocation() refuses what git or ssh could take for an option, and what is no place", () => {
  const refused = [
    "",
    "git+ssh://-oProxyCommand=x/a#main:f",
    "git+ssh://-x@host/a#main:f",
    "git+ext://sh -c x#main:f",
    "--upload-pack=x#main:f",
    "relative.git#main:f",
    "/a.git#--x:f",
    "/a.git#a..b:f",
    "/a.git#main:../f",
    "/a.git#main:/f",
    "/a.git#main:",
    "/a.git#main",
    "/a.git#ma in:f",
    "/a.git#main:a:b",
  ];
  for (const text of refused) assert.ok(parseRulesLocation(text).error !== undefined, text);
});
