/**
 * Scripts in Python with its own urllib, as deploy jobs have them; and what mesos_stats reads.
 */

import { join } from "node:path";
import type { Client } from "./client.ts";
import { exampleService } from "./example-service.ts";
import { findProgram, step } from "./toolchain.ts";

const here = join(import.meta.dirname, "singularity-python");

export const singularityPython: Client = {
  name: "singularity-python",
  speaks: "Singularity's API, from Python scripts",
  async prepare() {
    return findProgram("python3") === undefined ? "python3 is not installed" : undefined;
  },
  checks: [
    {
      name: "a deploy script: POSTs without a body, DELETEs with one, ?user=",
      async run({ scheduler = "" }) {
        const script = [join(here, "deploy.py"), scheduler, exampleService];
        await step("python3", script, { timeoutMs: 120_000 });
      },
    },
    {
      name: "what mesos_stats reads every minute",
      async run({ scheduler = "" }) {
        await step("python3", [join(here, "stats.py"), scheduler], { timeoutMs: 120_000 });
      },
    },
  ],
};
