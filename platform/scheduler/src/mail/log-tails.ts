/**
 * Reading the end of a task's logs for a mail about it, or the place where its error first shows.
 *
 * The agent may be slow, or gone: reading has a time, and what could not be read is said in the mail
 * instead of holding it up.
 */

import { describeError } from "@tavola/base";
import type { LogTail } from "../core/mail/mail-context.ts";
import type { LogTailSettings } from "../core/mail/mail-settings.ts";
import type { TaskHistory } from "../core/model/task.ts";
import { createErrorSearch } from "./log-error-search.ts";

/** Finds sandboxes. */
export interface LogReader {
  /** Rejects when it is not known where the task's sandbox is, or the agent does not answer. */
  open(taskId: string, task: TaskHistory | undefined, signal: AbortSignal): Promise<Sandbox>;
}

/** The sandbox of one task. */
export interface Sandbox {
  /**
   * `offset` absent: nothing is read, and the offset that comes back is the file's size.
   * Undefined: there is no such file. Rejects when the agent does not answer.
   */
  read(
    path: string,
    range: { readonly offset?: number; readonly length?: number },
  ): Promise<{ readonly offset: number; readonly data: string } | undefined>;
}

export interface LogWish {
  readonly taskId: string;
  /** What is known of the task, where that is at hand. */
  readonly task?: TaskHistory | undefined;
  /** The request's own; comes before the settings'. */
  readonly errorRegex?: string | undefined;
  readonly errorRegexCaseSensitive?: boolean | undefined;
}

/** One entry for each file of the settings. Never rejects. */
export async function readLogTails(
  wish: LogWish,
  settings: LogTailSettings,
  reader: LogReader,
  signal: AbortSignal,
): Promise<readonly LogTail[]> {
  const { taskId, task } = wish;
  if (settings.files.length === 0) return [];
  const sandbox = inTime(() => reader.open(taskId, task, signal), signal);
  return Promise.all(
    settings.files.map(async (file) => {
      const path = file.replaceAll("$MESOS_TASK_ID", taskId);
      try {
        const text = await readTail({ ...wish, path, sandbox: await sandbox, signal }, settings);
        const problem = "there is no such file";
        return text === undefined ? { file: path, problem } : { file: path, text };
      } catch (error) {
        const problem = signal.aborted ? "the agent did not answer in time" : describeError(error);
        return { file: path, problem };
      }
    }),
  );
}

interface FileWish extends LogWish {
  readonly path: string;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
}

async function readTail(wish: FileWish, settings: LogTailSettings): Promise<string | undefined> {
  const size = (await read(wish, {}))?.offset;
  if (size === undefined) return undefined;
  const errorAt = await findError(wish, size, settings);
  const offset = errorAt ?? Math.max(0, size - settings.tailBytes);
  return (await read(wish, { offset, length: settings.tailBytes }))?.data ?? "";
}

/** The offset of the first match, in pieces that overlap so that none hides between two. */
async function findError(
  wish: FileWish,
  size: number,
  settings: LogTailSettings,
): Promise<number | undefined> {
  const pattern = wish.errorRegex || settings.errorRegex;
  if (pattern === undefined) return undefined;
  const search = createErrorSearch(
    pattern,
    wish.errorRegexCaseSensitive ?? settings.errorRegexCaseSensitive,
  );
  if (search === undefined) return undefined;
  const end = Math.min(size, settings.searchBytesMax);
  for (let offset = 0; offset < end; offset += pieceBytes) {
    const piece = await read(wish, { offset, length: pieceBytes + settings.tailBytes });
    if (piece === undefined || piece.data === "") return undefined;
    const at = search.find(piece.data);
    if (at !== undefined) return offset + Buffer.byteLength(piece.data.slice(0, at));
  }
  return undefined;
}

function read(
  { sandbox, path, signal }: FileWish,
  range: { readonly offset?: number; readonly length?: number },
): ReturnType<Sandbox["read"]> {
  return inTime(() => sandbox.read(path, range), signal);
}

const pieceBytes = 32 * 1024;

/** Whoever does not mind the signal is not waited for. */
function inTime<T>(begin: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    begin()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", giveUp));
  });
}
