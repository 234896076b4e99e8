/**
 * What `rewrite` and `redirect` make of a request.
 *
 *     REQUEST_URI=/old/*  rewrite /new/*          /old/a?b=1  ->  /new/a?b=1
 *     REQUEST_PATH=/old/* rewrite /new/*          the same: the path's pattern did not see the query, so it stays
 *     HTTPS=off redirect https://%{HTTP_HOST}%{REQUEST_URI}
 *
 * The n-th `*` is what the n-th `*` of the line's first pattern of the path stood for. None of it, and
 * nothing else that a client sends but its own host, ends up in the authority of a redirect: a link
 * to us must not lead to where its author likes.
 */

import { keptSign } from "./decode-escapes.ts";
import { captureStars } from "./match-pattern.ts";
import type { Condition, Pattern } from "./rule.ts";

export interface TemplateFacts {
  /** Path and query. */
  readonly uri: string;
  readonly path: string;
  /** As long as `path`; `keptSign` is in what was not decoded. */
  readonly markedPath: string;
  readonly host: string;
}

/** The condition whose stars a line's template may use; undefined: it has none. */
export interface StarSource {
  readonly kind: "uri" | "path";
  readonly patterns: readonly Pattern[];
}

/** The first condition of the path as it came, or decoded. */
export function sourceOfStars(conditions: readonly Condition[]): StarSource | undefined {
  for (const { variable, isNegated, patterns } of conditions) {
    const { kind } = variable;
    if (!isNegated && (kind === "uri" || kind === "path")) return { kind, patterns };
  }
  return undefined;
}

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "star"; readonly index: number }
  | { readonly kind: "host" | "uri" };

/** A template, read. `text` has `\*` where a star stands for itself. */
export function templateParts(text: string): readonly Part[] {
  const parts: Part[] = [];
  let stars = 0;
  let run = "";
  const push = (part: Part): void => {
    if (run !== "") parts.push({ kind: "text", text: run });
    run = "";
    parts.push(part);
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === "\\") {
      at += 1;
      run += text[at] ?? "";
    } else if (character === "*") {
      push({ kind: "star", index: stars });
      stars += 1;
    } else if (text.startsWith("%{HTTP_HOST}", at)) {
      push({ kind: "host" });
      at += "%{HTTP_HOST}".length - 1;
    } else if (text.startsWith("%{REQUEST_URI}", at)) {
      push({ kind: "uri" });
      at += "%{REQUEST_URI}".length - 1;
    } else {
      run += character;
    }
  }
  if (run !== "") parts.push({ kind: "text", text: run });
  return parts;
}

/** Begins with one `/`, whatever stood for the stars. */
export function fillTemplate(
  template: string,
  source: StarSource | undefined,
  facts: TemplateFacts,
): string {
  const stars = starsOf(source, facts);
  let filled = "";
  for (const part of templateParts(template)) filled = append(filled, part, stars, facts);
  if (filled.startsWith("/")) filled = filled.replace(/^\/[/\\]+/, "/");
  const query = queryThatStays(template, source, facts);
  return query === "" ? filled : `${filled}?${query}`;
}

function append(
  filled: string,
  part: Part,
  stars: readonly string[],
  facts: TemplateFacts,
): string {
  if (part.kind === "text") return filled + part.text;
  if (part.kind === "host") return filled + facts.host;
  const text = part.kind === "star" ? (stars[part.index] ?? "") : facts.uri;
  const endsInAuthority = /^[a-z]+:\/\/[^/?#]*$/i.test(filled);
  return endsInAuthority && !/^[/?#]/.test(text) ? `${filled}/${text}` : filled + text;
}

function starsOf(source: StarSource | undefined, facts: TemplateFacts): readonly string[] {
  if (source === undefined) return [];
  for (const pattern of source.patterns) {
    if (source.kind === "uri") {
      const stars = captureStars(pattern, facts.uri);
      if (stars !== undefined) return stars;
    } else {
      const stars = captureStars(pattern, facts.path, facts.markedPath);
      if (stars !== undefined) return stars.map(encodePath);
    }
  }
  return [];
}

/** A pattern of REQUEST_URI has seen the query, and what is left of it is in the stars. */
function queryThatStays(
  template: string,
  source: StarSource | undefined,
  { uri }: TemplateFacts,
): string {
  if (source?.kind === "uri" || template.includes("?") || template.includes("%{REQUEST_URI}")) {
    return "";
  }
  const mark = uri.indexOf("?");
  return mark < 0 ? "" : uri.slice(mark + 1);
}

/** A decoded path's text as it may stand in a URI again; what was not decoded is not encoded either. */
function encodePath(text: string): string {
  return text.split(keptSign).map(encodeText).join("%");
}

function encodeText(text: string): string {
  return encodeURI(text.toWellFormed()).replace(/[?#]/g, (sign) => (sign === "?" ? "%3F" : "%23"));
}
