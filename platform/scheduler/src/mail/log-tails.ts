/**
 * Reading the end of a task's logs for a mail about it, or the place where its error first shows.
 *
 * The agent may be slow, or gone: reading has a time, and what could not be read is said in the mail
 * instead of holding it up.
 */

import { describeError } from "@tavola/base";
import type { LogTail } from "../core/mail/mail-context.ts";
import type { LogTailSettings } from "../core/mail/mail-settings.ts";
import { createErrorSearch } from "./log-error-search.ts";

/** A task's sandbox, as the API's `/sandbox` reads it. */
export interface LogReader {
  /**
   * `offset` absent: nothing is read, and the offset that comes back is the file's size.
   * Undefined: there is no such file. Rejects when the agent does not answer.
   */
  read(
    request: {
      readonly taskId: string;
      readonly path: string;
      readonly offset?: number;
      readonly length?: number;
    },
    signal: AbortSignal,
  ): Promise<{ readonly offset: number; readonly data: string } | undefined>;
}

export interface LogWish {
  readonly taskId: string;
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
  return Promise.all(
    settings.files.map(async (file) => {
      const path = file.replaceAll("$MESOS_TASK_ID", wish.taskId);
      try {
        const text = await readTail({ ...wish, path }, settings, reader, signal);
        return text === undefined
          ? { file: path, problem: "there is no such file" }
          : { file: path, text };
      } catch (error) {
        const problem = signal.aborted ? "the agent did not answer in time" : describeError(error);
        return { file: path, problem };
      }
    }),
  );
}

interface FileWish extends LogWish {
  readonly path: string;
}

async function readTail(
  wish: FileWish,
  settings: LogTailSettings,
  reader: LogReader,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { taskId, path } = wish;
  const size = (await inTime(reader.read({ taskId, path }, signal), signal))?.offset;
  if (size === undefined) return undefined;
  const errorAt = await findError(wish, size, settings, reader, signal);
  const offset = errorAt ?? Math.max(0, size - settings.tailBytes);
  const length = settings.tailBytes;
  return (await inTime(reader.read({ taskId, path, offset, length }, signal), signal))?.data ?? "";
}

/** The offset of the first match, in pieces that overlap so that none hides between two. */
async function findError(
  wish: FileWish,
  size: number,
  settings: LogTailSettings,
  reader: LogReader,
  signal: AbortSignal,
): Promise<number | undefined> {
  const pattern = wish.errorRegex || settings.errorRegex;
  if (pattern === undefined) return undefined;
  const search = createErrorSearch(
    pattern,
    wish.errorRegexCaseSensitive ?? settings.errorRegexCaseSensitive,
  );
  if (search === undefined) return undefined;
  const { taskId, path } = wish;
  const end = Math.min(size, settings.searchBytesMax);
  for (let offset = 0; offset < end; offset += pieceBytes) {
    const length = pieceBytes + settings.tailBytes;
    const piece = await inTime(reader.read({ taskId, path, offset, length }, signal), signal);
    if (piece === undefined || piece.data === "") return undefined;
    const at = search.find(piece.data);
    if (at !== undefined) return offset + Buffer.byteLength(piece.data.slice(0, at));
  }
  return undefined;
}

const pieceBytes = 32 * 1024;

/** A reader that does not mind the signal is not waited for. */
function inTime<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    reading.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
