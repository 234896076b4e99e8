/**
 * LIST_FILES and READ_FILE: what `/files/browse` and `/files/read` show, as messages.
 */

import {
  filesRefusal,
  type HttpResponse,
  listFiles,
  readFile,
  type ServedFiles,
} from "@tavola/host";
import { encodeBody, jsonType, type MessageFormat, master, protobufType } from "@tavola/protocol";

export async function answerListFiles(
  files: ServedFiles,
  call: master.Call_ListFiles,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const listed = await listFiles(files, call);
  if (listed.error !== undefined) return filesRefusal(listed.error);
  return answer(accept, { type: "LIST_FILES", list_files: listed.value });
}

export async function answerReadFile(
  files: ServedFiles,
  call: master.Call_ReadFile,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const read = await readFile(files, call);
  if (read.error !== undefined) return filesRefusal(read.error);
  return answer(accept, { type: "READ_FILE", read_file: read.value });
}

function answer(accept: MessageFormat, response: master.Response): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": accept === "json" ? jsonType : protobufType },
    body: encodeBody(master.Response, accept, response),
  };
}
