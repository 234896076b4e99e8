/**
 * `tavola run REQUEST`: runs an on-demand or scheduled request now.
 */

import { CodedError } from "@tavola/base";
import { newUuid } from "@tavola/host";
import { usageError } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { type OptionTable, parseCount, parseOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { lookUntil } from "./look-until.ts";
import { segment } from "./request-view.ts";
import { askScheduler, type SchedulerClient, schedulerOptionHelp } from "./scheduler-client.ts";

const options = {
  message: { type: "string", short: "m" },
  env: { type: "string", short: "e", multiple: true },
  "run-id": { type: "string" },
  wait: { type: "boolean" },
  timeout: { type: "string" },
  json: { type: "boolean" },
  scheduler: { type: "string" },
} as const satisfies OptionTable;

export const runRequestHelp = `       tavola run REQUEST [OPTIONS] [-- ARGUMENT…]

Runs an on-demand or scheduled request of the scheduler's now; arguments are added to its command.

  --wait               stay until it has ended; the exit status is 0 when it finished well, else 1
  --timeout=SECONDS    with --wait: how long at most (default: 86400)
  --env=NAME=VALUE     a variable for this run; may be repeated
  --run-id=ID          what to call the run (default: a random id)
  --message=TEXT       why, for the history
  --json               one JSON object: {"requestId","runId"} and, with --wait, "taskId" and "state"
${schedulerOptionHelp}`;

/** The request that is named before `--`; undefined when the arguments are a command's for the cluster. */
export function requestToRun(args: readonly string[]): string | undefined {
  const [first] = args;
  return first !== undefined && !first.startsWith("-") ? first : undefined;
}

interface TrackedView {
  readonly taskId?: { readonly id: string };
  readonly currentState?: string;
  readonly pending?: boolean;
  readonly taskHistory?: readonly { readonly statusMessage?: string }[];
}

export async function runRequest(args: readonly string[], terminal: Terminal): Promise<number> {
  const [requestId, ...others] = args;
  if (requestId === undefined) throw usageError("name one request");
  const dashes = others.indexOf("--");
  const { values, positionals } = parseOptions(
    options,
    dashes < 0 ? others : others.slice(0, dashes),
  );
  if (positionals.length > 0) {
    throw usageError(
      `unexpected argument "${positionals[0]}"; a command, or what a request is given, comes after --, as in: tavola run -- echo hello`,
    );
  }
  const commandLineArgs = dashes < 0 ? [] : others.slice(dashes + 1);
  const runId = values["run-id"] ?? newUuid();
  const patienceMs = parseCount("timeout", values.timeout, 86_400, 31_536_000) * 1000;
  return askScheduler(values.scheduler, terminal, async (scheduler) => {
    await scheduler.call("POST", `/requests/request/${segment(requestId)}/run`, {
      runId,
      ...(commandLineArgs.length === 0 ? {} : { commandLineArgs }),
      ...(values.message === undefined ? {} : { message: values.message }),
      ...environmentOf(values.env ?? []),
    });
    const ended =
      values.wait === true
        ? await waitForEnd(scheduler, { requestId, runId, patienceMs }, terminal)
        : undefined;
    const { taskId, currentState: state } = ended ?? {};
    const reason = ended?.taskHistory?.at(-1)?.statusMessage;
    const told = {
      requestId,
      runId,
      ...(taskId && { taskId: taskId.id }),
      ...(state && { state }),
    };
    const words =
      state === undefined ? `${requestId}: run ${runId}` : `${taskId?.id ?? runId} ${state}`;
    await terminal.write(values.json === true ? `${JSON.stringify(told)}\n` : `${words}\n`);
    if (state !== undefined && state !== "TASK_FINISHED" && reason !== undefined) {
      terminal.tell(`${reason}\n`);
    }
    return state === undefined || state === "TASK_FINISHED" ? exitStatus.ok : exitStatus.failed;
  });
}

const going: ReadonlySet<string> = new Set([
  "TASK_LAUNCHED",
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_CLEANING",
  "TASK_KILLING",
]);

interface AwaitedRun {
  readonly requestId: string;
  readonly runId: string;
  readonly patienceMs: number;
}

async function waitForEnd(
  scheduler: SchedulerClient,
  { requestId, runId, patienceMs }: AwaitedRun,
  terminal: Terminal,
): Promise<TrackedView> {
  const path = `/track/run/${segment(requestId)}/${segment(runId)}`;
  const look = async (): Promise<TrackedView | undefined> => {
    const tracked = await scheduler.find<TrackedView>(path);
    const state = tracked?.currentState;
    return state === undefined || going.has(state) ? undefined : tracked;
  };
  const ended = await lookUntil(look, { patienceMs, terminal });
  if (ended !== undefined) return ended;
  throw new CodedError("RUN_NOT_ENDED", `run ${runId} has not ended; it goes on`);
}

function environmentOf(pairs: readonly string[]): {
  readonly envOverrides?: Readonly<Record<string, string>>;
} {
  if (pairs.length === 0) return {};
  const entries = pairs.map((pair) => {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw usageError(`--env is "${pair}"; wanted NAME=VALUE`);
    return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
  });
  return { envOverrides: Object.fromEntries(entries) };
}
