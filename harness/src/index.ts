/** The door of `@tavola/harness`: real clusters and processes for tests, demo and benchmarks. */

export {
  type Cluster,
  type ClusterOptions,
  repositoryRoot,
  startCluster,
  tavolaCommand,
} from "./cluster.ts";
export { type EventuallyOptions, eventually } from "./eventually.ts";
export { type ProcessOptions, type ProcessResult, runProcess } from "./process.ts";
