/**
 * `tavola version`: kept free of imports, because scripts measure by it how fast the command starts.
 */

import manifest from "../package.json" with { type: "json" };
import type { Command } from "./command.ts";

const usage = `usage: tavola version [--json]

Prints the version of this software.
`;

export const versionCommand: Command = {
  usage,
  async run(args, terminal) {
    const { version } = manifest;
    const asJson = args.includes("--json");
    await terminal.write(asJson ? `${JSON.stringify({ version })}\n` : `tavola ${version}\n`);
    return 0;
  },
};
