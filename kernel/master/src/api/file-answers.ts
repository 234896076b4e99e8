/**
 * LIST_FILES and READ_FILE: what `/files/browse` and `/files/read` show, as messages.
 */

import {
  type FileListing,
  type FilesRefusal,
  type HttpResponse,
  type ServedFiles,
  textResponse,
} from "@tavola/host";
import {
  encodeBody,
  type FileInfo,
  jsonType,
  type MessageFormat,
  master,
  protobufType,
} from "@tavola/protocol";
import { unlessEmpty } from "./cluster-messages.ts";

export async function answerListFiles(
  files: ServedFiles,
  { path }: master.Call_ListFiles,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const listed = await files.browse(path);
  if (listed.error !== undefined) return refusal(listed.error);
  const list_files = unlessEmpty("file_infos", listed.value.map(fileInfo));
  return answer(accept, { type: "LIST_FILES", list_files });
}

export async function answerReadFile(
  files: ServedFiles,
  { path, offset, length }: master.Call_ReadFile,
  accept: MessageFormat,
): Promise<HttpResponse> {
  const read = await files.read(path, offset, length);
  if (read.error !== undefined) return refusal(read.error);
  const { sizeBytes, data } = read.value;
  return answer(accept, { type: "READ_FILE", read_file: { size: sizeBytes, data } });
}

function fileInfo(file: FileListing): FileInfo {
  return {
    path: file.path,
    nlink: file.nlink,
    size: file.size,
    mtime: { nanoseconds: BigInt(file.mtimeSeconds) * 1_000_000_000n },
    mode: file.modeBits,
    uid: file.uid,
    gid: file.gid,
  };
}

const statusByKind = { invalid: 400, notFound: 404, failed: 500 } as const;

function refusal({ kind, message }: FilesRefusal): HttpResponse {
  return textResponse(statusByKind[kind], message);
}

function answer(accept: MessageFormat, response: master.Response): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": accept === "json" ? jsonType : protobufType },
    body: encodeBody(master.Response, accept, response),
  };
}
