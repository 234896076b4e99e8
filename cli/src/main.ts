#!/usr/bin/env node
/**
 * The `tavola` command: finds out which command is meant, loads its code and no other's, and turns
 * whatever comes back into an exit status.
 *
 * Owns the process's end: it is the only place that calls `process.exit`. A user never sees a stack
 * trace, unless the bug is ours.
 */

import { enableCompileCache } from "node:module";

enableCompileCache();
const { runCommandLine } = await import("./command-line.ts");
process.exit(await runCommandLine(process.argv.slice(2)));
