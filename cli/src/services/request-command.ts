/**
 * `tavola request`: one request, its deploys and its tasks.
 */

import { type Command, usageError } from "../command.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import { formatTable } from "../table.ts";
import { formatTime, type RequestParentView, segment, type WhyView } from "./request-view.ts";
import { askScheduler, schedulerOptionHelp } from "./scheduler-client.ts";
import { whyLines } from "./why-lines.ts";

const options = {
  json: { type: "boolean" },
  scheduler: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola request ID [--json]

Shows a request, which of its deploys is active or on trial, and its tasks.

  --json               the scheduler's answer as it is
${schedulerOptionHelp}`;

export const requestCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0) throw usageError("name one request");
    const path = `/requests/request/${segment(id)}`;
    const [parent, why] = await askScheduler(
      values.scheduler,
      terminal,
      async (scheduler) =>
        [
          await scheduler.get<RequestParentView>(path),
          await scheduler.find<WhyView>(`${path}/why`),
        ] as const,
    );
    await terminal.write(
      values.json === true ? `${JSON.stringify(parent)}\n` : formatRequest(parent, why),
    );
    return 0;
  },
};

function formatRequest(parent: RequestParentView, why: WhyView | undefined): string {
  const { request, state, requestDeployState = {}, taskIds = {} } = parent;
  const { activeDeploy, pendingDeploy } = requestDeployState;
  const facts: [string, string | undefined][] = [
    ["request", request.id],
    ["type", request.requestType],
    ["state", state],
    ["instances", request.instances === undefined ? undefined : String(request.instances)],
    ["schedule", request.schedule],
    ["owners", request.owners?.join(", ")],
    [
      "deploy",
      activeDeploy && `${activeDeploy.deployId} since ${formatTime(activeDeploy.timestamp)}`,
    ],
    [
      "deploying",
      pendingDeploy && `${pendingDeploy.deployId} since ${formatTime(pendingDeploy.timestamp)}`,
    ],
    ["waits", why && whyLines(why)[0]],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const head = facts
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name.padEnd(width)}  ${value}\n`)
    .join("");
  const { healthy = [], notYetHealthy = [], cleaning = [], killed = [], pending = [] } = taskIds;
  const rows = [
    ...healthy.map((id) => ({ state: "healthy", at: id.startedAt, ...id })),
    ...notYetHealthy.map((id) => ({ state: "starting", at: id.startedAt, ...id })),
    ...cleaning.map((id) => ({ state: "cleaning", at: id.startedAt, ...id })),
    ...killed.map((id) => ({ state: "ending", at: id.startedAt, ...id })),
    ...pending.map((id) => ({
      state: `pending (${id.pendingType})`,
      host: "-",
      at: id.nextRunAt,
      ...id,
    })),
  ];
  if (rows.length === 0) return `${head}no tasks\n`;
  return `${head}\n${formatTable(
    [
      { title: "INSTANCE", cell: ({ instanceNo }) => String(instanceNo), align: "right" },
      { title: "STATE", cell: (row) => row.state },
      { title: "SINCE", cell: ({ at }) => formatTime(at) },
      { title: "HOST", cell: ({ host }) => host },
      { title: "TASK", cell: ({ id }) => id },
    ],
    rows.sort((a, b) => a.instanceNo - b.instanceNo),
  )}`;
}
