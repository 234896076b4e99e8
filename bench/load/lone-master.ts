/** One real master that says nothing but warnings, for benchmarks of what works with it. */
import { join } from "node:path";
import { repositoryRoot } from "@tavola/harness";
import { type Daemon, startDaemon } from "./daemon.ts";

/** `folder`: where it may keep what it writes, beside others. */
export function startLoneMaster(folder: string): Promise<Daemon> {
  return startDaemon(join(repositoryRoot, "cli/src/main.ts"), [
    "master",
    `--work_dir=${join(folder, "master")}`,
    "--ip=127.0.0.1",
    "--hostname=127.0.0.1",
    "--port=0",
    "--logging_level=WARNING",
  ]);
}
