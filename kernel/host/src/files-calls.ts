/**
 * LIST_FILES and READ_FILE of the operator APIs: what `/files/browse` and `/files/read` show, as
 * messages. Those of master and agent have the same shapes.
 */

import type { Result } from "@tavola/base";
import type { FileInfo, master } from "@tavola/protocol";
import type { FileListing } from "./file-listing.ts";
import type { FilesRefusal, ServedFiles } from "./served-files.ts";

/** The error as `ServedFiles.browse` has it. */
export async function listFiles(
  files: ServedFiles,
  { path }: master.Call_ListFiles,
): Promise<Result<master.Response_ListFiles, FilesRefusal>> {
  const listed = await files.browse(path);
  if (listed.error !== undefined) return listed;
  const file_infos = listed.value.map(fileInfo);
  return { value: file_infos.length === 0 ? {} : { file_infos } };
}

/** The error as `ServedFiles.read` has it. */
export async function readFile(
  files: ServedFiles,
  { path, offset, length }: master.Call_ReadFile,
): Promise<Result<master.Response_ReadFile, FilesRefusal>> {
  const content = await files.read(path, offset, length);
  if (content.error !== undefined) return content;
  const { sizeBytes, data } = content.value;
  return { value: { size: sizeBytes, data } };
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
