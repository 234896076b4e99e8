/** A folder of its own for a test, gone with it. */

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Its real path: the system's temporary folder may be a link. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tavola-frontdoor-test-")));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
