/** The forms of the shim that this machine can have, for tests that run once with each. */

import { tmpdir } from "node:os";
import type { TestContext } from "node:test";
import { silentLogger } from "@tavola/host";
import { prepareShim, type ShimProgram } from "../shim/shim-program.ts";

export const shimForms = ["native", "shell"] as const;

/** Skips the test, saying why, where the machine has no compiler or no util-linux. */
export async function shimOrSkip(
  t: TestContext,
  form: ShimProgram["form"],
): Promise<ShimProgram | undefined> {
  try {
    return await prepareShim({
      buildDirectory: tmpdir(),
      logger: silentLogger,
      forms: [form],
    });
  } catch {
    t.skip(form === "native" ? "no C compiler here" : "no util-linux here");
    return undefined;
  }
}
