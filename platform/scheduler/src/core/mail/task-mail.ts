/**
 * The words of mails about tasks: one task in full, or several of one cause in a list.
 */

import type { TaskHistory } from "../model/task.ts";
import type { MailRecord } from "../records.ts";
import { durationWords } from "../requests/duration-words.ts";
import {
  type LogTail,
  logUrl,
  type MailContext,
  requestUrl,
  taskUrl,
  timeWords,
} from "./mail-context.ts";
import type { MailBlock, MailDocument } from "./mail-document.ts";
import { colorOf, stateWord } from "./mail-kinds.ts";

/** More tasks than this are counted, not listed. */
const listedMax = 200;

interface TaskMail {
  readonly record: MailRecord;
  readonly history: TaskHistory;
}

/** `records` are of one type and cause; undefined when none of them says which task. */
export function taskMailDocument(
  records: readonly MailRecord[],
  context: MailContext,
): MailDocument | undefined {
  const mails = records.flatMap((record) =>
    record.taskHistory === undefined ? [] : [{ record, history: record.taskHistory }],
  );
  const [first] = mails;
  if (first === undefined) return undefined;
  return mails.length === 1 ? oneTask(first, context) : severalTasks(first, mails, context);
}

function oneTask(mail: TaskMail, context: MailContext): MailDocument {
  const { record, history } = mail;
  const { taskId } = history.task;
  const end = endOf(mail);
  return {
    subject: `Task ${didRun(history) ? end : `never started and was ${end}`} (${taskId.id})`,
    color: colorOf(record.type),
    title: `Task ${taskId.id} ${/^(lost|killed|gone|dropped)$/.test(end) ? "has been" : "has"} ${end}`,
    blocks: [
      ...linked("See the task", taskUrl(context, taskId.id)),
      { kind: "paragraph", text: meaningOf(mail) },
      ...whatNext(record),
      ...overdueFacts(mail),
      ...healthFacts(mail, context),
      ...updatesTable(history, context),
      ...metadataTable(history, context),
      ...logBlocks(taskId.id, context),
      ...taskFacts(history),
      ...linked(`See ${taskId.requestId}`, requestUrl(context, taskId.requestId)),
    ],
  };
}

function severalTasks(
  { record }: TaskMail,
  mails: readonly TaskMail[],
  context: MailContext,
): MailDocument {
  const requestIds = new Set(mails.map(({ history }) => history.task.taskId.requestId));
  const hosts = new Set(mails.map(({ history }) => history.task.taskId.host));
  const [requestId] = requestIds;
  const [host] = hosts;
  const of = requestIds.size === 1 ? ` of ${requestId}` : "";
  const on = hosts.size === 1 ? ` on ${host}` : "";
  const ends = new Set(mails.map(endOf));
  const end = ends.size === 1 ? [...ends][0] : "ended";
  const title = `${mails.length} tasks${of}${on} ${end}`;
  const rows = mails.slice(0, listedMax).map(({ history }) => {
    const last = history.taskUpdates.at(-1);
    const at = last === undefined ? "" : timeWords(context, last.timestamp);
    const { requestId: of, id } = history.task.taskId;
    return [of, id, at, last?.statusMessage ?? last?.statusReason ?? ""];
  });
  const rest = mails.length - rows.length;
  const logged = mails.filter(({ history }) => context.logs.has(history.task.taskId.id));
  return {
    subject: title,
    color: colorOf(record.type),
    title,
    blocks: [
      { kind: "paragraph", text: meaningOf(mails[0] as TaskMail) },
      { kind: "table", head: ["Request", "Task", "When", "Message"], rows },
      ...(rest > 0 ? [{ kind: "paragraph", text: `And ${rest} more.` } as const] : []),
      ...[...requestIds]
        .slice(0, listedMax)
        .flatMap((id) => linked(`See ${id}`, requestUrl(context, id))),
      ...logged.flatMap(({ history }) => [
        { kind: "heading", text: history.task.taskId.id } as const,
        ...logBlocks(history.task.taskId.id, context),
      ]),
    ],
  };
}

function endOf({ record, history }: TaskMail): string {
  if (record.type === "TASK_SCHEDULED_OVERDUE_TO_FINISH") return "overdue to finish";
  const state = history.taskUpdates.at(-1)?.taskState;
  return state === undefined ? "lost" : stateWord(state);
}

function didRun({ taskUpdates }: TaskHistory): boolean {
  return taskUpdates.some(
    ({ taskState }) => taskState === "TASK_RUNNING" || taskState === "TASK_FINISHED",
  );
}

function meaningOf({ record }: TaskMail): string {
  switch (record.type) {
    case "TASK_LOST":
      return "The machine or its agent went away, or the cluster could not start the task. It is being replaced; nothing needs to be done about the task itself.";
    case "TASK_FAILED":
    case "TASK_FAILED_DECOMISSIONED":
      return "The task ended by itself with an exit code that is not 0. Its output, below, may say why.";
    case "TASK_KILLED_UNHEALTHY":
      return "The task was killed because it did not pass its health check.";
    case "TASK_KILLED_DECOMISSIONED":
      return "The task was killed because its machine is taken out of service.";
    case "TASK_KILLED":
      return "The task was killed: by somebody, by the scheduler, or for the memory it used.";
    case "TASK_FINISHED_LONG_RUNNING":
      return "The task ended with exit code 0, though it was to run for ever. It is worth finding out why it stopped.";
    case "TASK_SCHEDULED_OVERDUE_TO_FINISH":
      return "The task runs for longer than it should. This is told once for each task.";
    default:
      return "The task ended as it should, with exit code 0.";
  }
}

function whatNext({ request, type }: MailRecord): readonly MailBlock[] {
  if (request === undefined || type === "TASK_SCHEDULED_OVERDUE_TO_FINISH") return [];
  const retries = request.numRetriesOnFailure ?? 0;
  const isGood = type.startsWith("TASK_FINISHED");
  switch (request.requestType) {
    case "SCHEDULED":
      if (isGood || retries === 0) return [say("It runs again when its schedule says so.")];
      return [say(`It is tried again up to ${retries} times before its schedule goes on.`)];
    case "ON_DEMAND":
      return [say("It is not run again unless somebody asks for it.")];
    case "RUN_ONCE":
      return [say("It is not run again until it is deployed again.")];
    default:
      return [say("It is started anew at once.")];
  }
}

function say(text: string): MailBlock {
  return { kind: "paragraph", text };
}

function overdueFacts({ record }: TaskMail): readonly MailBlock[] {
  const { runTimeMillis, expectedRuntimeMillis } = record.details ?? {};
  const facts: (readonly [string, string])[] = [];
  if (typeof runTimeMillis === "number") facts.push(["Has run for", durationWords(runTimeMillis)]);
  if (typeof expectedRuntimeMillis === "number") {
    facts.push(["Expected to run for", durationWords(expectedRuntimeMillis)]);
  }
  return facts.length === 0 ? [] : [{ kind: "facts", facts }];
}

function healthFacts({ record, history }: TaskMail, context: MailContext): readonly MailBlock[] {
  const last = history.healthcheckResults.at(-1);
  if (record.type !== "TASK_KILLED_UNHEALTHY" || last === undefined) return [];
  const facts: (readonly [string, string])[] = [["When", timeWords(context, last.timestamp)]];
  if (last.statusCode !== undefined) facts.push(["Status code", String(last.statusCode)]);
  if (last.errorMessage !== undefined) facts.push(["Error", last.errorMessage]);
  if (last.responseBody !== undefined) facts.push(["Body", last.responseBody]);
  return [
    { kind: "heading", text: "The last health check" },
    { kind: "facts", facts },
  ];
}

function updatesTable({ taskUpdates }: TaskHistory, context: MailContext): readonly MailBlock[] {
  if (taskUpdates.length === 0) return [];
  const rows = taskUpdates.map(({ taskState, timestamp, statusMessage, statusReason }) => [
    stateWord(taskState),
    timeWords(context, timestamp),
    statusMessage ?? statusReason ?? "",
  ]);
  return [
    { kind: "heading", text: "What happened to it" },
    { kind: "table", head: ["State", "When", "Message"], rows },
  ];
}

function metadataTable({ taskMetadata }: TaskHistory, context: MailContext): readonly MailBlock[] {
  if (taskMetadata.length === 0) return [];
  const rows = taskMetadata.map(({ timestamp, type, level, title, user, message }) => [
    timeWords(context, timestamp),
    `${type} (${level})`,
    user ?? "",
    message === undefined ? title : `${title}: ${message}`,
  ]);
  return [
    { kind: "heading", text: "Noted about it" },
    { kind: "table", head: ["When", "Type", "By", "Note"], rows },
  ];
}

function taskFacts({ task }: TaskHistory): readonly MailBlock[] {
  const { taskId, taskRequest, offers } = task;
  const facts: (readonly [string, string])[] = [
    ["Task", taskId.id],
    ["Deploy", taskId.deployId],
    ["Host", offers[0]?.hostname ?? taskId.host],
  ];
  const { cmdLineArgsList = [] } = taskRequest.pendingTask;
  if (cmdLineArgsList.length > 0) facts.push(["Arguments", cmdLineArgsList.join(" ")]);
  return [{ kind: "facts", facts }];
}

/** What was read of a task's logs. */
export function logBlocks(taskId: string, context: MailContext): readonly MailBlock[] {
  return (context.logs.get(taskId) ?? []).map((tail: LogTail) => {
    const name = tail.file.slice(tail.file.lastIndexOf("/") + 1);
    const text = tail.text ?? `(not read: ${tail.problem ?? "unknown"})`;
    const url = logUrl(context, taskId, tail.file);
    return {
      kind: "log",
      name,
      text: text === "" ? "(empty)" : text,
      ...(url !== undefined && { url }),
    };
  });
}

/** A link where there is a console to link to. */
export function linked(text: string, url: string | undefined): readonly MailBlock[] {
  return url === undefined ? [] : [{ kind: "link", text, url }];
}
