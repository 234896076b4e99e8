/**
 * A rule's tests as words of a line of HAProxy's.
 *
 * A line has 64 words at most, and a name for a test (`acl`) is looked for among all others when a
 * configuration is read: 9,000 of them took it 12 s. So a test stands in the line itself where it can,
 * and gets a name where it takes several lines, there is no room, or a brace would end it.
 */

import { clientAddress } from "./client-address.ts";
import type { Match, RuleTest, Test, TestSource } from "./compiled-rules.ts";
import { quoteArgument, regexOfPieces } from "./config-text.ts";
import { networkTexts } from "./network-text.ts";

/** By what the facts of a request are got depends on these. */
export interface FactFetches {
  readonly rewrites: boolean;
  /** Whether clients may come from IPv6 addresses. */
  readonly isIpv6: boolean;
}

export interface FormattedTests {
  /** Go before the line. */
  readonly acls: readonly string[];
  /** All of them must hold. */
  readonly condition: string;
}

/** `wordsMax`: room in the line; each test takes one at least. */
export function formatTests(
  { number, tests }: RuleTest,
  facts: FactFetches,
  wordsMax: number,
): FormattedTests {
  const acls: string[] = [];
  let room = wordsMax - tests.length;
  const conditions = tests.map((test, at) => {
    const not = test.isNegated ? "!" : "";
    const lines = linesOf(test, facts);
    const [line, ...others] = lines;
    const isInLine = others.length === 0 && !test.matches.some(isBrace);
    if (line !== undefined && isInLine && line.words + 1 <= room) {
      room -= line.words + 1;
      return `${not}{ ${line.text} }`;
    }
    const name = `test-${number}-${at}`;
    for (const { text } of lines) acls.push(`acl ${name} ${text}`);
    return `${not}${name}`;
  });
  return { acls, condition: conditions.join(" ") };
}

function isBrace(match: Match): boolean {
  return "text" in match && match.text === "}";
}

interface Line {
  readonly text: string;
  readonly words: number;
}

/** Any of them must hold. */
function linesOf({ source, matches }: Test, facts: FactFetches): readonly Line[] {
  if (source.kind === "tls") return [{ text: "ssl_fc", words: 1 }];
  const texts = matches.map((match) => (match.kind === "exact" ? match.text : ""));
  if (texts.length > 1 && texts.length <= valuesMax && !texts.includes("")) {
    const values = texts.map(quoteArgument).join(" ");
    return [{ text: `${fetchOf(source, facts)} -m str -- ${values}`, words: 4 + texts.length }];
  }
  // As long as any of those below is.
  return matches
    .flatMap((match) => formatMatch(source, match, facts))
    .map((text) => ({ text, words: 5 }));
}

/** Of one line. */
const valuesMax = 16;

function formatMatch(source: TestSource, match: Match, facts: FactFetches): readonly string[] {
  const fetch = fetchOf(source, facts);
  switch (match.kind) {
    case "exact":
      return match.text === ""
        ? formatEmpty(source, facts)
        : [`${fetch} -m str -- ${quoteArgument(match.text)}`];
    case "prefix":
      return [`${fetch} -m beg -- ${quoteArgument(match.text)}`];
    case "suffix":
      return [`${fetch} -m end -- ${quoteArgument(match.text)}`];
    case "pieces":
      return [`${fetch} -m reg -- ${quoteArgument(regexOfPieces(match.pieces))}`];
    case "network":
      return networkTexts(match.bits).map((text) => `src -m ip -- ${text}`);
  }
}

/** What a request does not have is the empty text; to HAProxy it is nothing, which matches nothing. */
function formatEmpty(source: TestSource, facts: FactFetches): readonly string[] {
  const fetch = fetchOf(source, facts);
  if (source.kind === "header") {
    return [`req.fhdr_cnt(${source.name}) eq 0`, `${fetch} -m len 0`];
  }
  if (source.kind === "query") {
    return [`${facts.rewrites ? "var(txn.u)" : "pathq"} -m reg -- '^[^?]*[?]?$'`];
  }
  return [`${fetch} -m len 0`];
}

function fetchOf(source: TestSource, { rewrites, isIpv6 }: FactFetches): string {
  switch (source.kind) {
    case "uri":
      return rewrites ? "var(txn.u)" : "pathq";
    case "path":
      return pathFetch(rewrites);
    case "query":
      return rewrites ? "var(txn.u),field(2,?,0)" : "query";
    case "host":
      return "var(txn.h)";
    case "method":
      return "method";
    case "protocol":
      return "req.ver";
    case "address":
      return clientAddress(isIpv6);
    case "header":
      return `req.fhdr(${source.name})`;
    case "tls":
      return "ssl_fc";
  }
}

export function pathFetch(rewrites: boolean): string {
  return rewrites ? "var(txn.u),field(1,?)" : "path";
}
