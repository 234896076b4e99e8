/**
 * LIST_FILES and READ_FILE: what `/files/browse` and `/files/read` show, as messages.
 */

import {
  filesRefusal,
  type HttpResponse,
  listFiles,
  messageResponse,
  readFile,
  type ServedFiles,
} from "@tavola/host";
import { type MessageFormat, master } from "@tavola/protocol";

export async function answerListFiles(
  files: ServedFiles,
  call: master.Call_ListFiles,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const listed = await listFiles(files, call);
  if (listed.error !== undefined) return filesRefusal(listed.error);
  return messageResponse(master.Response, accept, { type: "LIST_FILES", list_files: listed.value });
}

export async function answerReadFile(
  files: ServedFiles,
  call: master.Call_ReadFile,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const read = await readFile(files, call);
  if (read.error !== undefined) return filesRefusal(read.error);
  return messageResponse(master.Response, accept, { type: "READ_FILE", read_file: read.value });
}
