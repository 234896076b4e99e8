/**
 * A folder of its own for a test. It goes last of all: hooks of a test run in the order in which they were
 * made, and what still writes into it is closed by later ones.
 */

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Its real path: the system's temporary folder may be a link. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tavola-frontdoor-test-")));
  context.after(() => {
    context.after(() => rm(folder, { recursive: true, force: true }));
  });
  return folder;
}
