/**
 * `tavola history`: what happened to a request: who changed it, which deploys it had, and how its last
 * tasks ended.
 */

import { type Command, usageError } from "../command.ts";
import { type OptionTable, parseCount, parseOptions } from "../options.ts";
import { formatTable } from "../table.ts";
import { type DeployHistoryView, formatTime, segment, type TaskIdView } from "./request-view.ts";
import { askScheduler, schedulerOptionHelp } from "./scheduler-client.ts";

const options = {
  count: { type: "string" },
  json: { type: "boolean" },
  scheduler: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola history ID [OPTIONS]

Shows what happened to a request, the newest first: changes, deploys, ended tasks.

  --count=N            how many of each (default: 10)
  --json               {"requests":[…],"deploys":[…],"tasks":[…]}
${schedulerOptionHelp}`;

interface RequestHistoryView {
  readonly createdAt: number;
  readonly eventType: string;
  readonly user?: string;
  readonly message?: string;
}

interface TaskHistoryView {
  readonly taskId: TaskIdView;
  readonly updatedAt: number;
  readonly lastTaskState?: string;
}

export const historyCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0) throw usageError("name one request");
    const count = parseCount("count", values.count, 10, 1000);
    const path = `/history/request/${segment(id)}`;
    const found = await askScheduler(values.scheduler, terminal, async (scheduler) => ({
      requests: await scheduler.get<readonly RequestHistoryView[]>(
        `${path}/requests?count=${count}`,
      ),
      deploys: await scheduler.get<readonly DeployHistoryView[]>(`${path}/deploys?count=${count}`),
      tasks: await scheduler.get<readonly TaskHistoryView[]>(`${path}/tasks?count=${count}`),
    }));
    await terminal.write(
      values.json === true ? `${JSON.stringify(found)}\n` : formatHistory(found),
    );
    return 0;
  },
};

function formatHistory({
  requests,
  deploys,
  tasks,
}: {
  readonly requests: readonly RequestHistoryView[];
  readonly deploys: readonly DeployHistoryView[];
  readonly tasks: readonly TaskHistoryView[];
}): string {
  const changes = formatTable<RequestHistoryView>(
    [
      { title: "WHEN", cell: ({ createdAt }) => formatTime(createdAt) },
      { title: "CHANGE", cell: ({ eventType }) => eventType },
      { title: "BY", cell: ({ user }) => user ?? "-" },
      { title: "MESSAGE", cell: ({ message }) => message ?? "" },
    ],
    requests,
  );
  const deployed = formatTable<DeployHistoryView>(
    [
      { title: "WHEN", cell: ({ deployMarker }) => formatTime(deployMarker.timestamp) },
      { title: "DEPLOY", cell: ({ deployMarker }) => deployMarker.deployId },
      { title: "RESULT", cell: ({ deployResult }) => deployResult?.deployState ?? "-" },
      { title: "BY", cell: ({ deployMarker }) => deployMarker.user ?? "-" },
      { title: "MESSAGE", cell: ({ deployResult }) => deployResult?.message ?? "" },
    ],
    deploys,
  );
  const ended = formatTable<TaskHistoryView>(
    [
      { title: "WHEN", cell: ({ updatedAt }) => formatTime(updatedAt) },
      { title: "STATE", cell: ({ lastTaskState }) => lastTaskState ?? "-" },
      { title: "TASK", cell: ({ taskId }) => taskId.id },
    ],
    tasks,
  );
  return [changes, deployed, ended].join("\n");
}
