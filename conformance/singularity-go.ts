/**
 * The calls of OpenTable's sous, which deploys through Singularity's API: its HTTP calls made again in
 * Go, with its paths, parameters and JSON. Its own client, go-singularity, is a module without a
 * release that public module proxies do not all have, and so cannot be run as it is everywhere.
 */

import { join } from "node:path";
import type { Client } from "./client.ts";
import { exampleService } from "./example-service.ts";
import { buildGo, step } from "./toolchain.ts";

const here = join(import.meta.dirname, "singularity-go");

export const singularityGo: Client = {
  name: "singularity-go",
  speaks: "Singularity's API as sous calls it, from Go",
  prepare: (folder) => buildGo(here, join(folder, "client")),
  checks: [
    {
      name: "what sous does: requests of every kind, a deploy followed to its end, scale, delete",
      async run({ scheduler = "" }, folder) {
        await step(join(folder, "client"), [scheduler, exampleService], { timeoutMs: 120_000 });
      },
    },
  ],
};
