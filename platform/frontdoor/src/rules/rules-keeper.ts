/**
 * Which rules are in effect, which were refused and why, and whether their source can be read: the
 * front door's memory of its rule file. A state that does not parse, or that the data plane does not
 * take, is refused; the last good one stays.
 */

import { CodedError, describeError } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import { noRulesYet } from "../core/no-rules-yet.ts";
import { parseRules } from "../core/parse-rules.ts";
import type { RuleSet } from "../core/routing-table.ts";
import type { Rule } from "../core/rule.ts";
import { formatRuleError } from "../core/rule-error.ts";
import type { RuleCandidate, RulesSink, RuleVersion, Verdict } from "./rule-candidate.ts";

export interface RefusedRules {
  readonly version: RuleVersion;
  readonly reasons: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface ActiveRules {
  readonly version: RuleVersion;
  readonly rules: readonly Rule[];
  /** The file. */
  readonly text: string;
  /** Milliseconds since the epoch: since when they are in effect. */
  readonly since: number;
}

export interface RulesStatus {
  /** Undefined: none were ever good. */
  readonly active: ActiveRules | undefined;
  /** Newest first. */
  readonly refused: readonly RefusedRules[];
  /** The first of them, as long as nothing newer was taken; undefined: the newest version is in effect. */
  readonly newestRefused: RefusedRules | undefined;
  readonly refusedTotal: number;
  readonly takenTotal: number;
  /** Why the source cannot be read; undefined: it can. */
  readonly away: { readonly reason: string; readonly since: number } | undefined;
}

export interface RulesKeeperOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Puts them into effect. */
  readonly apply: (rules: RuleSet) => Promise<void>;
  /** Told of each verdict. */
  readonly judged: (version: RuleVersion, verdict: Verdict) => void;
}

const refusedKeptMax = 20;

export class RulesKeeper implements RulesSink {
  readonly #options: RulesKeeperOptions;
  #status: RulesStatus = {
    active: undefined,
    refused: [],
    newestRefused: undefined,
    refusedTotal: 0,
    takenTotal: 0,
    away: undefined,
  };

  constructor(options: RulesKeeperOptions) {
    this.#options = options;
  }

  get status(): RulesStatus {
    return this.#status;
  }

  async found(candidate: RuleCandidate): Promise<Verdict> {
    const { version } = candidate;
    const { apply, clock, logger, judged } = this.#options;
    const read = readCandidate(candidate);
    if (read.reasons !== undefined) return this.#refuse(version, read.reasons);
    const { rules, text } = read;
    try {
      await apply({ source: version.name, rules });
    } catch (error) {
      if (!(error instanceof CodedError) || error.transient) throw error;
      return this.#refuse(version, [`the data plane refuses it: ${describeError(error)}`]);
    }
    const active = { version, rules, text, since: clock.now() };
    const takenTotal = this.#status.takenTotal + 1;
    const newestRefused = candidate.isFormer === true ? this.#status.newestRefused : undefined;
    this.#status = { ...this.#status, active, takenTotal, newestRefused };
    logger.info({ ...version, rules: rules.length }, "rules are in effect");
    const verdict = { kind: "taken" } as const;
    judged(version, verdict);
    return verdict;
  }

  away(reason: string): void {
    const { clock, logger } = this.#options;
    const since = this.#status.away?.since ?? clock.now();
    this.#status = { ...this.#status, away: { reason, since } };
    const goesBy = this.#status.active?.version.name ?? "none";
    logger.warn({ reason, goesBy }, "rules cannot be read; those that are known stay");
    this.#sayWhyNone(reason);
  }

  back(): void {
    this.#status = { ...this.#status, away: undefined };
    this.#options.logger.info({}, "rules can be read again");
  }

  async #refuse(version: RuleVersion, reasons: readonly string[]): Promise<Verdict> {
    const { clock, logger, judged } = this.#options;
    const newestRefused = { version, reasons, at: clock.now() };
    const refused = [newestRefused, ...this.#status.refused].slice(0, refusedKeptMax);
    const refusedTotal = this.#status.refusedTotal + 1;
    this.#status = { ...this.#status, refused, newestRefused, refusedTotal };
    const goesBy = this.#status.active?.version.name ?? "none";
    logger.error({ ...version, reasons, goesBy }, "rules are refused; the last good ones stay");
    this.#sayWhyNone(`${version.name} is refused`);
    const verdict = { kind: "refused", reasons } as const;
    judged(version, verdict);
    return verdict;
  }

  /** Clients hear it as long as there are no rules at all. */
  #sayWhyNone(why: string): void {
    if (this.#status.active !== undefined) return;
    const { apply, logger } = this.#options;
    apply(noRulesYet(why)).catch((error: unknown) => {
      logger.error({ error }, "the data plane takes no rules");
    });
  }
}

type ReadCandidate =
  | { readonly rules: readonly Rule[]; readonly text: string; readonly reasons?: never }
  | { readonly reasons: readonly string[] };

function readCandidate({ text, file, problem }: RuleCandidate): ReadCandidate {
  if (text === undefined) return { reasons: [problem ?? `there is no file ${file}`] };
  const parsed = parseRules(text, file);
  if (parsed.errors !== undefined) return { reasons: parsed.errors.map(formatRuleError) };
  return { rules: parsed.rules, text };
}
