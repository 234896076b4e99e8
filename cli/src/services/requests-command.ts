/**
 * `tavola requests`: what there is, a line each.
 */

import type { Command } from "../command.ts";
import { usageError } from "../command.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import { formatTable } from "../table.ts";
import type { RequestParentView } from "./request-view.ts";
import { askScheduler, schedulerOptionHelp } from "./scheduler-client.ts";

const options = {
  type: { type: "string" },
  state: { type: "string" },
  json: { type: "boolean" },
  scheduler: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola requests [OPTIONS]

Lists requests: services, workers, jobs.

  --type=TYPE          only SERVICE, WORKER, SCHEDULED, ON_DEMAND or RUN_ONCE
  --state=STATE        only active, paused, cooldown or finished
  --json               the scheduler's answer as it is
${schedulerOptionHelp}`;

const states = ["active", "paused", "cooldown", "finished"];

export const requestsCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    if (positionals.length > 0) throw usageError(`unexpected argument "${positionals[0]}"`);
    const { type, state } = values;
    if (state !== undefined && !states.includes(state)) {
      throw usageError(`--state is "${state}"; wanted ${states.join(", ")}`);
    }
    const path = `/requests${state === undefined ? "" : `/${state}`}`;
    const query = type === undefined ? "" : `&requestType=${encodeURIComponent(type)}`;
    const parents = await askScheduler(values.scheduler, terminal, (scheduler) =>
      scheduler.get<readonly RequestParentView[]>(`${path}?includeFullRequestData=true${query}`),
    );
    await terminal.write(
      values.json === true ? `${JSON.stringify(parents)}\n` : formatRequests(parents),
    );
    return 0;
  },
};

function formatRequests(parents: readonly RequestParentView[]): string {
  return formatTable(
    [
      { title: "REQUEST", cell: ({ request }) => request.id },
      { title: "TYPE", cell: ({ request }) => request.requestType },
      { title: "STATE", cell: ({ state }) => state },
      { title: "HEALTHY", cell: healthyOf, align: "right" },
      { title: "DEPLOY", cell: deployOf },
    ],
    [...parents].sort((a, b) => (a.request.id < b.request.id ? -1 : 1)),
  );
}

function healthyOf({ request, taskIds }: RequestParentView): string {
  const healthy = taskIds?.healthy?.length ?? 0;
  const isLongRunning = request.requestType === "SERVICE" || request.requestType === "WORKER";
  return isLongRunning ? `${healthy}/${request.instances ?? 1}` : String(healthy);
}

function deployOf({ requestDeployState = {} }: RequestParentView): string {
  const { activeDeploy, pendingDeploy } = requestDeployState;
  const coming = pendingDeploy === undefined ? "" : ` (deploying ${pendingDeploy.deployId})`;
  return `${activeDeploy?.deployId ?? "-"}${coming}`;
}
