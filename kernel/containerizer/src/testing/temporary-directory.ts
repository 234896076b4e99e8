/** A folder of its own for a test. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

const made: string[] = [];
process.once("exit", () => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/**
 * Removed when the test's process ends: hooks of one test run in the order of their registration, and
 * what still runs in the folder is ended by a later one.
 */
export function temporaryDirectory(_t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "tavola-containerizer-"));
  made.push(path);
  return path;
}
