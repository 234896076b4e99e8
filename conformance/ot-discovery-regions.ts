/**
 * OpenTable's discovery client for Node as it was to become (`ot-discovery` 0.9.1-beta), unmodified: it
 * announces to several regions at once.
 *
 * It stands only in a branch of its repository. `OT_DISCOVERY_REGIONS` names its `discovery.js`, beside
 * which what it needs is installed.
 */

import { join } from "node:path";
import type { Client } from "./client.ts";
import { step } from "./toolchain.ts";

const program = process.env["OT_DISCOVERY_REGIONS"];

export const otDiscoveryRegions: Client = {
  name: "ot-discovery-regions",
  speaks: "OpenTable's discovery protocol",
  async prepare() {
    if (program !== undefined) return undefined;
    return "it is in no registry; OT_DISCOVERY_REGIONS=/path/to/discovery.js names it where it is";
  },
  checks: [
    {
      name: "announces for several regions, is found, outlives a lease, withdraws",
      async run({ discovery = "" }) {
        const script = join(import.meta.dirname, "ot-discovery/regions.cjs");
        await step(process.execPath, [script, program ?? "", discovery], { timeoutMs: 180_000 });
      },
    },
  ],
};
