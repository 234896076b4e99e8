/** Starts the simulation from the command line; see `src/command.ts`. */

import { runCommand } from "./src/command.ts";

process.exitCode = await runCommand(process.argv.slice(2));
