/**
 * `tavola run`: a command on the cluster as if it ran here, or a request of the scheduler's.
 */

import type { Command } from "../command.ts";
import { masterAddress, masterOptionHelp } from "../master-address.ts";
import { requestToRun, runRequest, runRequestHelp } from "../services/run-request.ts";
import { processInterrupts } from "./interrupts.ts";
import { parseRunRequest } from "./run-request.ts";
import { runOnCluster } from "./run-session.ts";

const usage = `usage: tavola run [OPTIONS] -- COMMAND [ARGUMENT…]

Runs a command on the cluster, shows what it prints while it runs, and ends with its exit status
(128 + the signal that ended it). Several words are a program and its arguments; one word with
spaces or other special characters is given to a shell:

  tavola run -- echo hello
  tavola run --cpus=2 --mem=512 -- 'make -j2 && make test'

Ctrl-C ends the command on the cluster as well.

  --name=NAME          what to call it (default: the program's name)
  --cpus=N --mem=MB --disk=MB
                       what each instance needs (default: 0.1 cpus, 128 MB of memory)
  --instances=N        how many of it to run, spread over the agents (default: 1); the exit status
                       is the first that is not 0
  --env=NAME=VALUE     a variable for the command; may be repeated
  --uri=URI            a file to fetch into its sandbox first; may be repeated
  --user=USER          who runs it (default: you)
${masterOptionHelp}
Exit status: the command's; 64 for a wrong command line, 69 when no master answers, 125 when the
cluster could not run the command or lost it.

${runRequestHelp}`;

export const runCommand: Command = {
  usage,
  async run(args, terminal) {
    if (requestToRun(args) !== undefined) return runRequest(args, terminal);
    const request = parseRunRequest(args);
    const masters = masterAddress(request.master, terminal);
    return runOnCluster({ request, masters, terminal, interrupts: processInterrupts() });
  },
};
