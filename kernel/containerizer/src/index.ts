/** The door of `@tavola/containerizer`: containers, their limits, their statistics and their end. */

export type {
  Containerizer,
  ContainerLaunch,
  ContainerTermination,
  ResourceLimits,
} from "./containerizer.ts";
