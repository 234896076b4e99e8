/** An executor host as a process of its own; `--runtime_dir=…` is its argument. */

import { silentLogger } from "@tavola/host";
import { runExecutorHost } from "../shell/executor-host.ts";

const runtimeDir = process.argv[2]?.replace("--runtime_dir=", "") ?? "";
await runExecutorHost({ runtimeDir, logger: silentLogger });
process.exit();
