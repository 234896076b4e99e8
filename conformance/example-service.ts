/** A shell command that serves HTTP on PORT0, 200 at /health: what the clients deploy. */

import { join } from "node:path";
import { repositoryRoot } from "@tavola/harness";

export const exampleService = `exec ${process.execPath} ${join(repositoryRoot, "examples/timezone/server.ts")}`;
