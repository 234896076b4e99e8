/** The package's door: what several processes agree on. See `coordination.ts`. */

export type {
  Coordination,
  Member,
  Session,
  SessionState,
  StoredValue,
  StorePath,
  StoreWrite,
  TransactionOutcome,
  Watch,
} from "./coordination.ts";
export { valueBytesMax } from "./coordination.ts";
export type { Detecting, FollowLeaderOptions } from "./detection.ts";
export { detect, followLeader } from "./detection.ts";
export type { Candidacy } from "./election.ts";
export { contend, masterLabel } from "./election.ts";
export { isDiskFull } from "./embedded/disk-full.ts";
export type {
  MemoryClientOptions,
  MemoryCoordination,
  MemoryCoordinationOptions,
} from "./memory/memory-coordination.ts";
export { createMemoryCoordination } from "./memory/memory-coordination.ts";
export { openCoordination, untilConnected } from "./open-coordination.ts";
export type { CoordinationOptions } from "./options.ts";
export { steadyClock } from "./steady-clock.ts";
export type { StoreUrl } from "./store-url.ts";
export { formatStoreUrl, isStoreUrl, parseStoreUrl } from "./store-url.ts";
