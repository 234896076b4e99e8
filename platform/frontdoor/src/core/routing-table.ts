/**
 * All that a data plane goes by: which rules there are, and who serves what. Two values that change
 * on their own; a new one replaces the former as a whole, and requests that run go on with theirs.
 */

import type { Rule, ServiceName } from "./rule.ts";

export interface RuleSet {
  /** For people: "commit 3f2a91c of main:frontdoor.rules", or a file's name. */
  readonly source: string;
  readonly rules: readonly Rule[];
}

/** Where requests can go: one announcement that is there. */
export interface Instance {
  /** The announcement's id: another announcement of the same address is another instance. */
  readonly id: string;
  /** `http://host:port` or `https://host:port`, with a path that goes before the request's, if any; no trailing slash. */
  readonly uri: string;
  /** Above 0; 1 unless the announcement's metadata has a `weight`. */
  readonly weight: number;
  readonly zone: string | undefined;
}

/** Only services that some rule names need be in it. A service that is not has no instances. */
export type Services = ReadonlyMap<ServiceName, readonly Instance[]>;
