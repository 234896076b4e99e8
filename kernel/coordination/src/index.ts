/** The package's door: what several processes agree on. See `coordination.ts`. */

export type {
  Coordination,
  CoordinationMetrics,
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
export type { Candidacy } from "./election.ts";
export { masterLabel } from "./election.ts";
export type { StoreUrl } from "./store-url.ts";
