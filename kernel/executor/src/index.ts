/** The door of `@tavola/executor`: the executor host. */

export { type ExecutorHostOptions, runExecutorHost } from "./shell/executor-host.ts";
