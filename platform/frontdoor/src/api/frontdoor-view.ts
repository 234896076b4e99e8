/** All that the status page, its JSON and the metrics show, read when somebody asks. */

import type { RequestCounts } from "../core/request-counts.ts";
import type { Services } from "../core/routing-table.ts";
import type { InstanceHealth } from "../plane/data-plane.ts";
import type { RulesStatus } from "../rules/rules-keeper.ts";

export interface FrontdoorView {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly startedAt: number;
  readonly dataPlane: string;
  readonly urls: readonly string[];
  /** Where rules come from, without passwords. */
  readonly rulesFrom: string;
  readonly rules: RulesStatus;
  readonly services: Services;
  readonly health: readonly InstanceHealth[];
  readonly discovery: {
    readonly servers: readonly string[];
    /** Undefined: what is known is up to date. */
    readonly staleSince: number | undefined;
    readonly trouble: string | undefined;
  };
  /** Why the certificates on disk are not those that are served; undefined: they are. */
  readonly certificatesTrouble: string | undefined;
  /** Of certificates that end soon, or have ended, each in words. */
  readonly certificateEndTroubles: readonly string[];
  /** Milliseconds since the epoch; undefined: there are none. */
  readonly certificatesEndAt: number | undefined;
  readonly counts: RequestCounts;
  /** Lines of the access log that were not written. */
  readonly accessLogDropped: number;
  readonly commitStatusesTold: number;
}

/** What keeps it from doing its work; empty: nothing. */
export function troublesOf(view: FrontdoorView): readonly string[] {
  const { active, away, newestRefused } = view.rules;
  const { certificatesTrouble } = view;
  const { staleSince, trouble = "nothing was heard yet" } = view.discovery;
  return [
    ...(active === undefined ? ["there are no rules"] : []),
    ...(away === undefined ? [] : [`rules cannot be read: ${away.reason}`]),
    ...(newestRefused === undefined ? [] : [`${newestRefused.version.name} was refused`]),
    ...(certificatesTrouble === undefined
      ? []
      : [`certificates stay as they were: ${certificatesTrouble}`]),
    ...view.certificateEndTroubles,
    ...(staleSince === undefined ? [] : [`no discovery server answers: ${trouble}`]),
    ...[...view.services]
      .filter(([, instances]) => instances.length === 0)
      .map(([service]) => `${service} has no instance`),
  ];
}
