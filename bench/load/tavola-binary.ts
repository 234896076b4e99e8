/** The `tavola` command as a user's shell finds it: what npm links, run by the Node at hand. */
import { join } from "node:path";
import { repositoryRoot } from "@tavola/harness";

export const tavolaBinary = join(repositoryRoot, "cli/bin/tavola.js");
