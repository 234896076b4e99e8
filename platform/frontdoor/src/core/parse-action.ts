/**
 * From the action's word to the line's end.
 *
 *     passthru SERVICE
 *     split SERVICE=WEIGHT,SERVICE=WEIGHT… [sticky=COOKIE]
 *     rewrite /PATH
 *     redirect [STATUS] LOCATION
 *     respond STATUS [BODY] [type=MEDIA-TYPE]
 */

import { type StarSource, templateParts } from "./fill-template.ts";
import { type ActionKind, parseOptions } from "./parse-options.ts";
import { parseService, serviceExpected } from "./parse-service.ts";
import type { Action, RuleOptions } from "./rule.ts";
import type { Word } from "./rule-words.ts";
import { type Complaints, cutAt, type Slice, textOf, wholeWord } from "./word-reader.ts";

/** What an action's arguments are read from. */
interface ActionReader {
  readonly word: Word;
  readonly arguments: readonly Word[];
  readonly ofAction: ReadonlyMap<string, Slice>;
  readonly source: StarSource | undefined;
  readonly complaints: Complaints;
}

interface ActionDefinition {
  readonly argumentsMax: number;
  readonly expected: string;
  read(reader: ActionReader): Action | undefined;
}

const definitions: Readonly<Record<ActionKind, ActionDefinition>> = {
  passthru: { argumentsMax: 1, expected: serviceExpected, read: readPassthru },
  split: {
    argumentsMax: 1,
    expected: "services with weights, such as timezone=95,timezone:canary=5",
    read: readSplit,
  },
  rewrite: { argumentsMax: 1, expected: "a path from /", read: readRewrite },
  redirect: { argumentsMax: 2, expected: "a location, a status before it", read: readRedirect },
  respond: { argumentsMax: 2, expected: "a status from 200 to 599", read: readRespond },
};

export const actionsExpected = "passthru, split, rewrite, redirect or respond";

export interface ParsedAction {
  readonly action: Action;
  readonly options: RuleOptions;
}

/** `words`: the action's and those after it, at least one. */
export function parseAction(
  words: readonly Word[],
  source: StarSource | undefined,
  complaints: Complaints,
): ParsedAction | undefined {
  const [word, ...rest] = words as [Word, ...Word[]];
  const kind = word.text as ActionKind;
  if (!Object.hasOwn(definitions, kind)) {
    const what = `"${word.text}" is neither a condition nor an action`;
    return complaints.at(wholeWord(word), what, `VARIABLE=pattern, or ${actionsExpected}`);
  }
  const definition = definitions[kind];
  const isOption = (each: Word): boolean => !each.isQuoted && /^[a-z-]+=/.test(each.text);
  let count = 0;
  while (count < Math.min(rest.length, definition.argumentsMax)) {
    // What split takes looks as options do.
    const isTaken = kind === "split" || !isOption(rest[count] as Word);
    if (!isTaken) break;
    count += 1;
  }
  const { options, ofAction } = parseOptions(kind, rest.slice(count), complaints);
  if (count === 0) {
    return complaints.at(after(word), `${kind} lacks its argument`, definition.expected);
  }
  const reader = { word, arguments: rest.slice(0, count), ofAction, source, complaints };
  const action = definition.read(reader);
  return action === undefined ? undefined : { action, options };
}

function after(word: Word): Slice {
  return { word, from: word.text.length, to: word.text.length };
}

function readPassthru({ arguments: [word], complaints }: ActionReader): Action | undefined {
  const service = parseService((word as Word).text);
  if (service !== undefined) return { kind: "passthru", service };
  const what = `"${word?.text}" is not a service's name`;
  return complaints.at(wholeWord(word as Word), what, serviceExpected);
}

const weightMax = 1_000_000;

function readSplit({ arguments: [word], ofAction, complaints }: ActionReader): Action | undefined {
  const before = complaints.errors.length;
  const shares = cutAt(wholeWord(word as Word), ",").flatMap((part) => {
    const [service = "", weight = "", ...rest] = textOf(part).split("=");
    const isShare = parseService(service) !== undefined && /^\d{1,7}$/.test(weight);
    if (isShare && rest.length === 0 && Number(weight) <= weightMax) {
      return [{ service, weight: Number(weight) }];
    }
    const what = `"${textOf(part)}" is not a share`;
    complaints.at(part, what, `SERVICE=WEIGHT, the weight a whole number up to ${weightMax}`);
    return [];
  });
  if (complaints.errors.length > before) return undefined;
  const whole = wholeWord(word as Word);
  if (new Set(shares.map(({ service }) => service)).size < shares.length) {
    return complaints.at(whole, "a service has two shares", "each service once");
  }
  if (shares.every(({ weight }) => weight === 0)) {
    return complaints.at(whole, "every weight is 0", "a weight above 0");
  }
  const cookie = ofAction.get("sticky");
  if (cookie === undefined) return { kind: "split", shares };
  const stickyCookie = textOf(cookie);
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(stickyCookie)) {
    return { kind: "split", shares, stickyCookie };
  }
  return complaints.at(cookie, `"${stickyCookie}" is not a cookie's name`, "a cookie's name");
}

function readRewrite({ arguments: [word], source, complaints }: ActionReader): Action | undefined {
  const to = templateOf(word as Word, source, complaints);
  if (to === undefined) return undefined;
  const isPath = /^\/(?!\/)[^#]*$/.test(to);
  const problem = isPath ? wrongTarget(to) : `"${to}" is not a path`;
  if (problem !== undefined) {
    return complaints.at(
      wholeWord(word as Word),
      problem,
      "a path from one /, with * and a query if need be, and no #",
    );
  }
  return { kind: "rewrite", to };
}

const redirectStatuses = [301, 302, 303, 307, 308] as const;

function readRedirect({ arguments: words, source, complaints }: ActionReader): Action | undefined {
  const location = words.at(-1) as Word;
  const given = words.length === 2 ? (words[0] as Word) : undefined;
  const status =
    given === undefined ? 302 : redirectStatuses.find((each) => String(each) === given.text.trim());
  if (status === undefined) {
    const what = `"${given?.text}" is not a status of a redirect`;
    complaints.at(wholeWord(given as Word), what, redirectStatuses.join(", "));
  }
  const template = templateOf(location, source, complaints);
  if (template === undefined || status === undefined) return undefined;
  const isLocation = /^(?:\/(?![/\\])|https?:\/\/(?:[\w[]|%\{HTTP_HOST\}))/.test(template);
  const problem = isLocation ? wrongTarget(template) : `"${template}" is not a location`;
  if (problem === undefined) return { kind: "redirect", status, location: template };
  const expected = "a path from one /, or http:// or https:// with a host that has no * in it";
  return complaints.at(wholeWord(location), problem, expected);
}

/** Stars belong into paths and queries; spaces and other signs are not for URIs. */
function wrongTarget(template: string): string | undefined {
  const authority = /^https?:\/\/([^/?#]*)/.exec(template)?.[1] ?? "";
  const starAt = authority.search(/\*|%\{REQUEST_URI\}/);
  const afterStar =
    starAt < 0 ? "" : authority.slice(starAt).replace(/^(?:\*|%\{REQUEST_URI\})/, "");
  if (afterStar !== "") return "a part of the request would become a part of the host";
  if (/[^\x21-\x7e]/.test(template)) return "a location has signs that must be percent-encoded";
  const unknown = /%\{(?!HTTP_HOST\}|REQUEST_URI\})[^}]*\}?/.exec(template)?.[0];
  if (unknown !== undefined)
    return `a location has no ${unknown}, only %{HTTP_HOST} and %{REQUEST_URI}`;
  return undefined;
}

/** The word's text, in which `\*` stands for the star itself. */
function templateOf(
  word: Word,
  source: StarSource | undefined,
  complaints: Complaints,
): string | undefined {
  let text = "";
  for (let at = 0; at < word.text.length; at += 1) {
    const character = word.text[at] as string;
    const standsForItself = word.isLiteral?.[at] === true && /[*%\\]/.test(character);
    text += standsForItself ? `\\${character}` : character;
  }
  const stars = templateParts(text).filter(({ kind }) => kind === "star").length;
  const patterns = source?.patterns ?? [];
  const most = Math.min(...patterns.map(({ pieces }) => pieces.length - 1));
  if (stars === 0 || (patterns.length > 0 && stars <= most)) return text;
  const nth = patterns.length === 0 ? 0 : most;
  const [, ...after] = cutAt(wholeWord(word), "*").map(({ from }) => from - 1);
  const at = { word, from: after[nth] ?? 0, to: word.text.length };
  return complaints.at(
    at,
    `there is no ${nth + 1}. * in this line's REQUEST_URI or REQUEST_PATH`,
    String.raw`as many * as that pattern has (or \* for the sign itself)`,
  );
}

function readRespond(reader: ActionReader): Action | undefined {
  const { arguments: words, ofAction, complaints } = reader;
  const [status, body] = words as [Word, Word?];
  const type = ofAction.get("type");
  const number = /^[2-5]\d\d$/.test(status.text) ? Number(status.text) : undefined;
  if (number === undefined) {
    const what = `"${status.text}" is not a status to answer with`;
    complaints.at(wholeWord(status), what, "a status from 200 to 599");
  }
  if (type !== undefined && !/^[\w.+-]+\/[\w.+-]+(?: *; *[\w-]+=[\w.-]+)*$/.test(textOf(type))) {
    const what = `"${textOf(type)}" is not a media type`;
    return complaints.at(type, what, 'a media type, such as "application/json; charset=utf-8"');
  }
  if (number === undefined) return undefined;
  const isBodiless = number === 204 || number === 205 || number === 304;
  if (isBodiless && body !== undefined && body.text !== "") {
    return complaints.at(wholeWord(body), `a ${number} has no body`, "no body");
  }
  return {
    kind: "respond",
    status: number,
    body: body?.text ?? "",
    contentType: type === undefined ? "text/plain; charset=utf-8" : textOf(type),
  };
}
