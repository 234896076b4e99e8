/**
 * One condition of a rule as HAProxy can ask it, or the word that it cannot: what needs decoding
 * (cookies, parameters) or is not ASCII is left to the in-process plane.
 */

import { matchesPattern } from "../../core/match-pattern.ts";
import type { Condition, Pattern } from "../../core/rule.ts";
import type { Match, Test, TestSource } from "./compiled-rules.ts";

/** `unknown`: HAProxy cannot tell, and the rule counts as met until the in-process plane has said. */
export type CompiledCondition = Test | "always" | "never" | "unknown";

const protocols = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0"];

/** What may stand in an argument of HAProxy's: printable ASCII, and not too much of it. */
const plainText = /^[\x20-\x7e]{0,1000}$/;

export function compileCondition(condition: Condition): CompiledCondition {
  const { variable, patterns, isNegated } = condition;
  if (patterns.some(({ pieces }) => pieces.length > 1 && pieces.every((piece) => piece === ""))) {
    return isNegated ? "never" : "always";
  }
  switch (variable.kind) {
    case "cookie":
    case "parameter":
      return "unknown";
    case "https":
      return compileHttps(condition);
    case "protocol":
      return compileProtocol(condition);
    case "header":
      // HAProxy makes one header of several of these, or takes them apart.
      if (["cookie", "host", "connection", "transfer-encoding"].includes(variable.name)) {
        return "unknown";
      }
      return compileText(condition, variable);
    default:
      return compileText(condition, { kind: variable.kind });
  }
}

function compileText({ patterns, isNegated }: Condition, source: TestSource): CompiledCondition {
  if (patterns.some(({ pieces }) => !pieces.every((piece) => plainText.test(piece)))) {
    return "unknown";
  }
  return { source, isNegated, matches: patterns.map(matchOf) };
}

function matchOf({ pieces, network }: Pattern): Match {
  if (network !== undefined) return { kind: "network", bits: network };
  const [first = "", ...rest] = pieces;
  if (rest.length === 0) return { kind: "exact", text: first };
  const last = rest.at(-1) ?? "";
  if (rest.length === 1 && last === "") return { kind: "prefix", text: first };
  if (rest.length === 1 && first === "") return { kind: "suffix", text: last };
  return { kind: "pieces", pieces };
}

function compileHttps({ patterns, isNegated }: Condition): CompiledCondition {
  const meets = (value: string): boolean =>
    patterns.some((pattern) => matchesPattern(pattern, value)) !== isNegated;
  const [on, off] = [meets("on"), meets("off")];
  if (on === off) return on ? "always" : "never";
  return { source: { kind: "tls" }, isNegated: off, matches: [] };
}

function compileProtocol({ patterns, isNegated }: Condition): CompiledCondition {
  const met = protocols.filter(
    (protocol) => patterns.some((pattern) => matchesPattern(pattern, protocol)) !== isNegated,
  );
  if (met.length === protocols.length) return "always";
  if (met.length === 0) return "never";
  const matches = met.map((text): Match => ({ kind: "exact", text: text.slice("HTTP/".length) }));
  return { source: { kind: "protocol" }, isNegated: false, matches };
}
