/**
 * `tavola deploy`: brings a request and a deploy to the scheduler, and stays until it is known how
 * that ended.
 */

import { CodedError } from "@tavola/base";
import { type Command, usageError } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { type OptionTable, parseCount, parseOptions } from "../options.ts";
import { readDeployFile } from "./deploy-file.ts";
import { outcomeOf } from "./deploy-outcome.ts";
import { type DeployEnd, watchDeploy } from "./deploy-watch.ts";
import { askScheduler, schedulerOptionHelp } from "./scheduler-client.ts";
import { submitDeploy } from "./submit-deploy.ts";

const options = {
  message: { type: "string", short: "m" },
  unpause: { type: "boolean" },
  "no-wait": { type: "boolean" },
  timeout: { type: "string" },
  json: { type: "boolean" },
  scheduler: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola deploy FILE|- [OPTIONS]

Deploys what FILE (JSON or YAML; - is standard input) describes: a \`request\` (which is made, or, when the
deploy succeeds, brought up to date), and a \`deploy\` of it. Shows the instances as they come, and ends
with status 0 when the deploy has succeeded, 1 with the reason when it has not; what ran before goes on
then, as it was.

  request: { id: web, requestType: SERVICE, instances: 3 }
  deploy:
    command: ./serve --port=$PORT0
    resources: { cpus: 0.1, memoryMb: 64, numPorts: 1 }
    healthcheck: { uri: /health }

  --message=TEXT       why, for the history
  --unpause            of a paused request: unpause it when the deploy succeeds
  --no-wait            end as soon as the deploy has been accepted
  --timeout=SECONDS    stop looking after so long (default: 1800); the deploy goes on
  --json               one JSON object at the end: {"requestId","deployId","deployState","message"}
${schedulerOptionHelp}`;

export const deployCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [path, ...rest] = positionals;
    if (path === undefined || rest.length > 0)
      throw usageError("name one file, or - for standard input");
    const file = readDeployFile(path, new Date());
    const { requestId, id: deployId } = file.deploy;
    const patienceMs = parseCount("timeout", values.timeout, 1800, 86_400) * 1000;
    return askScheduler(values.scheduler, terminal, async (scheduler) => {
      await submitDeploy(scheduler, file, values);
      terminal.tell(`${requestId}: deploying ${deployId}\n`);
      const end: DeployEnd | undefined =
        values["no-wait"] === true
          ? undefined
          : await watchDeploy(scheduler, { requestId, deployId, patienceMs }, terminal);
      const told = outcomeOf(end);
      if (values.json === true) {
        await terminal.write(`${JSON.stringify({ requestId, deployId, ...told })}\n`);
      }
      if (end === undefined) return exitStatus.ok;
      if (told.deployState === "SUCCEEDED") {
        terminal.tell(`${requestId}: ${deployId} succeeded\n`);
        return exitStatus.ok;
      }
      throw new CodedError(
        "DEPLOY_NOT_SUCCEEDED",
        `${requestId}: ${deployId} ${told.deployState}${told.message === "" ? "" : `: ${told.message}`}`,
      );
    });
  },
};
