import assert from "node:assert/strict";
import test from "node:test";
import { jsonDifferences } from "../testing/json-differences.ts";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { recordedBody } from "../testing/recordings.ts";
import { ask } from "../testing/requests.ts";

const versionDifferences = [
  '.build_date: "", wanted "2026-11-20 20:48:57"',
  ".build_time: 0, wanted 1795207737",
  ".git_sha: missing",
  ".git_branch: missing",
  ".tavola_version: not in the recording",
];

/**
 * Where ours differs from the recorded answer, on purpose: nothing is built, so there is no commit, no
 * branch and no date of a build; and our own version is told.
 */
const deliberate: Readonly<Record<string, readonly string[]>> = {
  "/state": versionDifferences,
  "/version": versionDifferences,
};

const endpoints: readonly (readonly [path: string, recording: string])[] = [
  ["/state", "master-state"],
  ["/state-summary", "master-state-summary"],
  ["/slaves", "master-slaves"],
  ["/frameworks", "master-frameworks"],
  ["/tasks", "master-tasks"],
  ["/roles", "master-roles"],
  ["/flags", "master-flags"],
  ["/version", "master-version"],
  ["/quota", "master-quota"],
  ["/weights", "master-weights"],
  ["/maintenance/schedule", "master-maintenance-schedule"],
  ["/maintenance/status", "master-maintenance-status"],
];

for (const [path, recording] of endpoints) {
  for (const prefix of ["", "/master"]) {
    test(`${prefix}${path} answers what a Mesos answered about the same cluster`, async () => {
      const { handle } = operatorFixture();
      const answer = await ask(handle, prefix + path);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["Content-Type"], "application/json");
      const differences = jsonDifferences(answer.text, recordedBody(recording), "values");
      assert.deepEqual(differences.sort(), [...(deliberate[path] ?? [])].sort());
    });
  }
}
