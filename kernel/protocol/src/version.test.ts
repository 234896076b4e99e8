import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { mesosVersion, tavolaVersion } from "./version.ts";

test("tavolaVersion is that of the root package.json", () => {
  const root = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  assert.equal(tavolaVersion, (JSON.parse(root) as { version: string }).version);
});

test("mesosVersion is a release that Mesos's tools take for 1.x", () => {
  assert.match(mesosVersion, /^1\.\d+\.\d+$/);
});
