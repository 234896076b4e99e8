/**
 * A folder of its own for a test, gone with it.
 */

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tavola-agent-test-")));
  // Retried: what runs in it is ended only after this, and may still write.
  const options = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 } as const;
  context.after(() => rm(folder, options));
  return folder;
}
