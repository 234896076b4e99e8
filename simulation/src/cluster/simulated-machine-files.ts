/**
 * A simulated machine's file system besides checkpoints: sandboxes that nobody looks into, and the
 * removal of what is old, checkpoints included.
 */

import type { MachineFiles } from "@tavola/agent";
import type { Disk } from "@tavola/host";
import { hardware } from "./hardware.ts";

export function machineFilesOf(disk: Disk): MachineFiles {
  return {
    openWorkDirectory: async (workDir) => workDir,
    look: async () => hardware,
    makeSandbox() {},
    directoriesIn: () => [],
    touch() {},
    lastChange: () => undefined,
    remove: async (path) => disk.remove(path),
    usage: async () => 0.1,
  };
}
