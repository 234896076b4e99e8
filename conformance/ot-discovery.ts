/**
 * OpenTable's discovery client for Node (`ot-discovery` 0.2.4), unmodified.
 *
 * It is in no registry any more, only in OpenTable's repository on GitHub. Where that cannot be reached,
 * `OT_DISCOVERY` may name its `discovery.js`, beside which `request` and `node-uuid` are installed.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "@tavola/harness";
import type { Client } from "./client.ts";
import { step } from "./toolchain.ts";

const source = "github:opentable/ot-discovery-nodejs#v0.2.4";
const installMs = 120_000;
const storyMs = 180_000;

function installed(folder: string): string {
  return process.env["OT_DISCOVERY"] ?? join(folder, "node_modules/ot-discovery/discovery.js");
}

export const otDiscovery: Client = {
  name: "ot-discovery",
  speaks: "OpenTable's discovery protocol",
  async prepare(folder) {
    if (existsSync(installed(folder))) return undefined;
    const install = ["install", "--no-save", "--omit=optional", "--prefix", folder, source];
    const { code } = await runProcess("npm", install, { timeoutMs: installMs });
    return code === 0 && existsSync(installed(folder))
      ? undefined
      : `${source} cannot be fetched; OT_DISCOVERY=/path/to/discovery.js names it where it is`;
  },
  checks: [
    {
      name: "announces, is found, outlives a lease, withdraws, reconnects",
      async run({ discovery = "" }, folder) {
        const script = join(import.meta.dirname, "ot-discovery/story.cjs");
        await step(process.execPath, [script, installed(folder), discovery], {
          timeoutMs: storyMs,
        });
      },
    },
  ],
};
