/**
 * A simulated machine's file system besides checkpoints: sandboxes that nobody looks into, and the
 * removal of what is old, checkpoints included.
 */

import type { MachineFiles } from "@tavola/agent";
import type { Disk } from "@tavola/host";

const gib = 1024 ** 3;

export function machineFilesOf(disk: Disk): MachineFiles {
  return {
    openWorkDirectory: async (workDir) => workDir,
    look: async () => ({ cpus: 4, memoryBytes: 8 * gib, diskBytes: 100 * gib }),
    makeSandbox() {},
    directoriesIn: () => [],
    touch() {},
    lastChange: () => undefined,
    remove: async (path) => disk.remove(path),
    usage: async () => 0.1,
  };
}
