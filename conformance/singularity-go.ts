/**
 * OpenTable's own client of Singularity, go-singularity, from the Go module proxy, unmodified: with the
 * calls that their deploy tool sous makes, and with all others that it has.
 */

import { join } from "node:path";
import type { Cluster } from "@tavola/harness";
import type { Client } from "./client.ts";
import { exampleService } from "./example-service.ts";
import { buildGo, step } from "./toolchain.ts";

const here = join(import.meta.dirname, "singularity-go");

function story(name: string) {
  return async ({ scheduler = "" }: Cluster, folder: string): Promise<void> => {
    const args = [name, scheduler, exampleService];
    await step(join(folder, "client"), args, { timeoutMs: 120_000 });
  };
}

export const singularityGo: Client = {
  name: "singularity-go",
  speaks: "Singularity's API, OpenTable's Go client",
  prepare: (folder) => buildGo(here, join(folder, "client")),
  checks: [
    {
      name: "what sous does: requests of every kind, a deploy followed to its end, scale, delete",
      run: story("sous"),
    },
    { name: "all else that the client can do", run: story("client") },
  ],
};
