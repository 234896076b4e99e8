/**
 * Compiled rules as a frontend of HAProxy's: which rule a request is for (`txn.r`, its number), and
 * which backend has it (`rules.map`, which can be changed while HAProxy runs).
 *
 *     txn.a  the Host header                                  txn.u  the URI after rewrites
 *     txn.h  the host, in lower case, without a port
 *     txn.r  the number of the rule                           txn.b  the backend, where dice chose it
 *     txn.s  the client's address, where it may be an IPv6 one    txn.p  set: the client is a trusted proxy
 */

import { stickyValue } from "../../core/choose-share.ts";
import { unclothing } from "./client-address.ts";
import {
  type CompiledRules,
  type HostKey,
  type Lookup,
  noNumber,
  type Rewrite,
  type RuleTest,
  type Segment,
  type SplitShare,
} from "./compiled-rules.ts";
import { escapeFormat, quoteArgument } from "./config-text.ts";
import { type FactFetches, formatTests, pathFetch } from "./format-test.ts";
import { networkTexts } from "./network-text.ts";
import { formatGuards, nulRefusal } from "./request-guards.ts";

export const backendNames = { handedOn: "handed-on", none: "none" } as const;

/** Of one line of HAProxy's. */
const wordsMax = 64;

/** The map that says which backend has which rule. */
export const rulesMap = "rules.map";

export interface FormattedFrontend {
  readonly lines: readonly string[];
  /** File name to text; they are named in `lines` by `folder`. */
  readonly maps: ReadonlyMap<string, string>;
}

export interface FrontendOptions {
  /** Where the maps will lie; without spaces and quotes. */
  readonly folder: string;
  /** Rules with `bodyBytesMax`, whose requests without a length are handed on. */
  readonly bodyLimited: readonly number[];
  /** Whether clients may come from IPv6 addresses. */
  readonly isIpv6: boolean;
  /** Who is believed, as `parseNetwork` has it. */
  readonly trusted: readonly string[];
}

export function formatFrontend(
  compiled: CompiledRules,
  options: FrontendOptions,
): FormattedFrontend {
  const writer = new FrontendWriter(compiled, options);
  writer.write();
  return { lines: writer.lines, maps: writer.maps };
}

class FrontendWriter {
  readonly lines: string[] = [];
  readonly maps = new Map<string, string>();
  readonly #compiled: CompiledRules;
  readonly #options: FrontendOptions;
  readonly #rewrites: boolean;
  readonly #facts: FactFetches;

  constructor(compiled: CompiledRules, options: FrontendOptions) {
    this.#compiled = compiled;
    this.#options = options;
    this.#rewrites = compiled.segments.length > 1;
    this.#facts = { rewrites: this.#rewrites, isIpv6: options.isIpv6 };
  }

  write(): void {
    const { guards, segments } = this.#compiled;
    this.#say(nulRefusal);
    if (this.#options.isIpv6) this.#say(unclothing);
    this.#writeTrust();
    this.#say("http-request set-var(txn.a) req.fhdr(host)");
    if (asksForHost(this.#compiled)) {
      this.#say("http-request set-var(txn.h) var(txn.a),host_only,lower,rtrim(.)");
    }
    if (this.#rewrites) this.#say("http-request set-var(txn.u) pathq");
    for (const [at, segment] of segments.entries()) this.#writeSegment(segment, at);
    this.#writeSplits();
    this.lines.push(...formatGuards(guards, backendNames.handedOn));
    this.#writeUses();
  }

  #say(line: string): void {
    this.lines.push(`  ${line}`);
  }

  /** Once for all backends; a line has room for so many words, so each network has its own. */
  #writeTrust(): void {
    const texts = this.#options.trusted.flatMap(networkTexts);
    if (texts.length === 0) return;
    for (const text of texts) this.#say(`acl trusted src -m ip -- ${text}`);
    this.#say("http-request set-var(txn.p) bool(true) if trusted");
  }

  #map(name: string, entries: Iterable<readonly [string, string | number]>): string {
    let text = "";
    for (const [key, value] of entries) text += `${key} ${value}\n`;
    this.maps.set(name, text);
    return `${this.#options.folder}/${name}`;
  }

  get #uri(): string {
    return this.#rewrites ? "var(txn.u)" : "pathq";
  }

  /** Numbers of a segment are higher than all before, so that what was found there stays the lowest. */
  #writeSegment({ lookups, tests, rewrite }: Segment, at: number): void {
    const [first, ...others] = lookups;
    if (first !== undefined && others.length === 0 && first.host.kind === "any") {
      const guard = at === 0 ? "" : `{ var(txn.r) -m int ${noNumber} }`;
      this.#writeSearch(first, `${at}-0`, { variable: "txn.r", guard });
    } else {
      if (at === 0) this.#say(`http-request set-var(txn.r) int(${noNumber})`);
      for (const [index, lookup] of lookups.entries()) {
        this.#writeSearch(lookup, `${at}-${index}`, { variable: "txn.c", guard: "" });
        const isLower = "{ var(txn.c),sub(txn.r) -m int lt 0 }";
        this.#say(`http-request set-var(txn.r) var(txn.c) if ${isLower}`);
      }
    }
    for (const test of tests) this.#writeTest(test);
    if (rewrite !== undefined) this.#writeRewrite(rewrite);
  }

  /** Sets the variable in any case where `guard` holds. */
  #writeSearch(lookup: Lookup, id: string, to: { variable: string; guard: string }): void {
    const set = `http-request set-var(${to.variable})`;
    const when = (...conditions: string[]): string => {
      const all = [to.guard, ...conditions].filter((each) => each !== "").join(" ");
      return all === "" ? "" : ` if ${all}`;
    };
    const text = lookup.subject === "uri" ? this.#uri : pathFetch(this.#rewrites);
    const exact: [string, number][] = [];
    const prefix: [string, number][] = [];
    let fallback = noNumber;
    for (const [hostClass, table] of lookup.tables) {
      for (const [key, number] of table.exact) exact.push([hostClass + key, number]);
      for (const [key, number] of table.prefix) {
        if (hostClass + key === "") fallback = number;
        else prefix.push([hostClass + key, number]);
      }
    }
    let subject = text;
    let known = "";
    if (lookup.host.kind !== "any") {
      const classes = this.#map(`host-${id}.map`, lookup.classes);
      const found = hostFetch(lookup.host);
      this.#say(`http-request set-var(txn.d) ${found.fetch},map_str(${classes},none)${when()}`);
      if (found.condition !== undefined) {
        this.#say(`http-request set-var(txn.d) str(none)${when(`!${found.condition}`)}`);
      }
      this.#say(`${set} int(${noNumber})${when()}`);
      known = "!{ var(txn.d) -m str none }";
      this.#say(`http-request set-var(txn.x) ${text}${when(known)}`);
      subject = "var(txn.d),concat(,txn.x)";
    }
    const searchPrefix =
      prefix.length === 0
        ? `int(${fallback})`
        : `${subject},map_beg_int(${this.#map(`prefix-${id}.map`, prefix)},${fallback})`;
    if (exact.length === 0) {
      this.#say(`${set} ${searchPrefix}${when(known)}`);
      return;
    }
    const exactMap = this.#map(`exact-${id}.map`, exact);
    this.#say(`${set} ${subject},map_str_int(${exactMap},0)${when(known)}`);
    // Nothing else sets it to 0, so that what guarded the first search guards this one.
    const isOpen = [known, `{ var(${to.variable}) -m int 0 }`].filter((each) => each !== "");
    this.#say(`${set} ${searchPrefix} if ${isOpen.join(" ")}`);
  }

  #writeTest(rule: RuleTest): void {
    const { number } = rule;
    const line = `http-request set-var(txn.r) int(${number}) if { var(txn.r) -m int gt ${number} }`;
    const { acls, condition } = formatTests(rule, this.#facts, wordsMax - line.split(" ").length);
    for (const acl of acls) this.#say(acl);
    this.#say(`${line} ${condition}`);
  }

  #writeRewrite({ number, from, to }: Rewrite): void {
    const isIt = `{ var(txn.r) -m int ${number} }`;
    // Two slashes at the beginning would be an authority to whoever reads it as a reference.
    const rest = `var(txn.u),bytes(${from.length})${to === "/" ? ",ltrim(/)" : ""}`;
    const format = quoteArgument(`${escapeFormat(to)}%[${rest}]`);
    this.#say(`http-request set-var-fmt(txn.u) ${format} if ${isIt}`);
    this.#say(`http-request set-var(txn.r) int(${noNumber}) if ${isIt}`);
  }

  #writeSplits(): void {
    for (const [at, outcome] of this.#compiled.outcomes.entries()) {
      if (outcome.kind !== "split") continue;
      const map = `${this.#options.folder}/${rulesMap}`;
      // Not by the number: the map says when the rule is handed on.
      const isIt = `{ var(txn.r),map_str(${map}) -m str split-${at + 1} }`;
      this.#writeSplit(outcome.shares, outcome.cookie, isIt);
    }
  }

  #writeSplit(shares: readonly SplitShare[], cookie: string | undefined, isIt: string): void {
    const isOpen = `${isIt} !{ var(txn.b) -m found }`;
    for (const { service, backend } of cookie === undefined ? [] : shares) {
      const has = `{ req.cook(${cookie}) -m str ${stickyValue(service)} }`;
      this.#say(`http-request set-var(txn.b) str(${backend}) if ${isOpen} ${has}`);
    }
    const total = shares.reduce((sum, { weight }) => sum + weight, 0);
    this.#say(`http-request set-var(txn.n) rand(${total}) if ${isOpen}`);
    let below = 0;
    for (const { service, weight, backend } of shares) {
      below += weight;
      const falls = `{ var(txn.n) -m int lt ${below} }`;
      if (cookie !== undefined) {
        const value = `${cookie}=${stickyValue(service)}; Path=/; HttpOnly; SameSite=Lax`;
        const set = "http-request set-var-fmt(txn.k)";
        this.#say(`${set} ${quoteArgument(value)} if ${isOpen} ${falls} !{ ssl_fc }`);
        this.#say(`${set} ${quoteArgument(`${value}; Secure`)} if ${isOpen} ${falls} { ssl_fc }`);
      }
      this.#say(`http-request set-var(txn.b) str(${backend}) if ${isOpen} ${falls}`);
    }
  }

  #writeUses(): void {
    const map = this.#map(rulesMap, backendsOf(this.#compiled));
    const { bodyLimited } = this.#options;
    if (bodyLimited.length > 0) {
      const limited = `{ var(txn.r),map_str(${this.#map(
        "body-limited.map",
        bodyLimited.map((number) => [String(number), "1"] as const),
      )}) -m found }`;
      const bodiless = "!{ method GET HEAD OPTIONS DELETE }";
      const { handedOn } = backendNames;
      this.#say(`use_backend ${handedOn} if ${limited} { req.hdr(transfer-encoding) -m found }`);
      const hasNoLength = "!{ req.hdr(content-length) -m found }";
      this.#say(`use_backend ${handedOn} if ${limited} ${hasNoLength} ${bodiless}`);
    }
    if (this.#compiled.outcomes.some(({ kind }) => kind === "split")) {
      this.#say("use_backend %[var(txn.b)] if { var(txn.b) -m found }");
      this.#say("http-response add-header set-cookie %[var(txn.k)] if { var(txn.k) -m found }");
    }
    this.#say(`use_backend %[var(txn.r),map_str(${map},${backendNames.none})]`);
  }
}

function asksForHost({ segments, outcomes }: CompiledRules): boolean {
  const ofSegments = segments.some(
    ({ lookups, tests }) =>
      lookups.some(({ host }) => host.kind !== "any") ||
      tests.some((rule) => rule.tests.some(({ source }) => source.kind === "host")),
  );
  return ofSegments || outcomes.some(({ kind }) => kind === "answer");
}

/** Rule number to backend; a split's is chosen by dice before. */
function backendsOf({ outcomes }: CompiledRules): [string, string][] {
  return outcomes.flatMap((outcome, at): [string, string][] => {
    const backend = backendOf(outcome, at + 1);
    return backend === undefined ? [] : [[String(at + 1), backend]];
  });
}

/** What `rules.map` says of a rule; undefined: no request comes to its end there. */
export function backendOf(
  outcome: CompiledRules["outcomes"][number],
  number: number,
): string | undefined {
  switch (outcome.kind) {
    case "service":
    case "answer":
      return outcome.backend;
    case "split":
      return `split-${number}`;
    case "handed-on":
      return backendNames.handedOn;
    case "rewrite":
      return undefined;
  }
}

interface HostFetch {
  readonly fetch: string;
  /** Undefined: it always gives what it says. */
  readonly condition: string | undefined;
}

function hostFetch(host: HostKey): HostFetch {
  if (host.kind !== "suffix") return { fetch: "var(txn.h)", condition: undefined };
  const { labels } = host;
  return {
    fetch: `var(txn.h),field(-1,.,${labels})`,
    condition: `{ var(txn.h),field(-${labels + 1},.) -m len gt 0 }`,
  };
}
