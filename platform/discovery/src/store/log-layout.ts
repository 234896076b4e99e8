/**
 * Where announcements lie in the store.
 *
 *     <path>/head                        which batches and which snapshot count
 *     <path>/log/<index>                 a batch
 *     <path>/snapshot/<id>               folder of one; its version tells whether it was given up
 *     <path>/snapshot/<id>/<0…>          its chunks
 *     <path>/members/server-<sequence>   a server, as long as its session lives
 *
 * What the head does not name means nothing.
 */

import type { StorePath } from "@tavola/coordination";

const indexDigits = 16;

export function headPath(path: StorePath): StorePath {
  return `${path}/head`;
}

export function logFolder(path: StorePath): StorePath {
  return `${path}/log`;
}

export function batchPath(path: StorePath, index: number): StorePath {
  return `${logFolder(path)}/${String(index).padStart(indexDigits, "0")}`;
}

export function snapshotsFolder(path: StorePath): StorePath {
  return `${path}/snapshot`;
}

export function snapshotFolder(path: StorePath, id: string): StorePath {
  return `${snapshotsFolder(path)}/${id}`;
}

export function chunkPath(path: StorePath, id: string, chunk: number): StorePath {
  return `${snapshotFolder(path, id)}/${chunk}`;
}

export function membersGroup(path: StorePath): StorePath {
  return `${path}/members`;
}
