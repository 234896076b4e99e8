/**
 * Planted: a disk that says "synced" at once, and syncs when it comes to it.
 */

import type { AppendFileHandle, AttachedDisk } from "@tavola/host";

export function saysSyncedEarly(disk: AttachedDisk, soon: (run: () => void) => void): AttachedDisk {
  return {
    ...bound(disk),
    sync(path, synced) {
      disk.sync(path, () => {});
      soon(() => synced(undefined));
    },
    openToAppend(path, mode) {
      const handle = disk.openToAppend(path, mode);
      const lying: AppendFileHandle = {
        append: (bytes) => handle.append(bytes),
        sync(synced) {
          handle.sync(() => {});
          soon(() => synced(undefined));
        },
        close: () => handle.close(),
      };
      return lying;
    },
  };
}

/** Its methods, which live on its class. */
function bound(disk: AttachedDisk): AttachedDisk {
  return {
    readFile: (path) => disk.readFile(path),
    listDirectory: (path) => disk.listDirectory(path),
    readLink: (path) => disk.readLink(path),
    makeDirectory: (path, mode) => disk.makeDirectory(path, mode),
    makeDirectories: (path) => disk.makeDirectories(path),
    writeFile: (path, bytes, mode) => disk.writeFile(path, bytes, mode),
    writeNewFile: (path, bytes, mode) => disk.writeNewFile(path, bytes, mode),
    truncate: (path, bytes) => disk.truncate(path, bytes),
    makeLink: (target, path) => disk.makeLink(target, path),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    openToAppend: (path, mode) => disk.openToAppend(path, mode),
    sync: (path, synced) => disk.sync(path, synced),
    syncNow: (path) => disk.syncNow(path),
    detach: () => disk.detach(),
  };
}
