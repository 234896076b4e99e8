/**
 * What comes after an action, as `name=value`, and which action takes which.
 */

import { parseBytes, parseCount, parseDurationMs, parseRate } from "./parse-amount.ts";
import { parseResponseHeader } from "./parse-response-header.ts";
import { parseService } from "./parse-service.ts";
import type { RuleOptions } from "./rule.ts";
import type { Word } from "./rule-words.ts";
import { type Complaints, cutAt, type Slice, textOf, wholeWord } from "./word-reader.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type ActionKind = "passthru" | "split" | "rewrite" | "redirect" | "respond";

interface OptionDefinition {
  /** Actions that it goes with. */
  readonly with: readonly ActionKind[];
  readonly expected: string;
  readonly isRepeatable?: true;
  /** False: the value is not one. */
  take(options: Mutable<RuleOptions>, value: string): boolean;
}

const handsOn: readonly ActionKind[] = ["passthru", "split"];
const answers: readonly ActionKind[] = ["passthru", "split", "redirect", "respond"];

/** A value that is a number of some kind, and the member that it becomes. */
function amount<K extends keyof RuleOptions>(
  name: K,
  expected: string,
  parse: (text: string) => RuleOptions[K] | undefined,
): OptionDefinition {
  return {
    with: handsOn,
    expected,
    take(options, text) {
      const value = parse(text);
      if (value !== undefined) options[name] = value;
      return value !== undefined;
    },
  };
}

const duration = "a time from 1ms to 24h, such as 500ms, 5s or 1m";

const definitions: Readonly<Record<string, OptionDefinition>> = {
  strip: amount("stripPrefix", "a path that begins with / and is more than that", (text) =>
    /^\/[^?#*\s]*[^/?#*\s]\/?$/.test(text) ? text.replace(/\/$/, "") : undefined,
  ),
  timeout: amount("timeoutMs", duration, parseDurationMs),
  "connect-timeout": amount("connectTimeoutMs", duration, parseDurationMs),
  retries: amount("retries", "a whole number from 0 to 10", (text) => parseCount(text, 0, 10)),
  rate: amount("ratePerSecond", "requests in a time, such as 100/s or 30/m", parseRate),
  "max-body": amount("bodyBytesMax", "a size such as 10MB, 512KiB or 0", parseBytes),
  concurrency: amount("concurrencyMax", "a whole number from 1 to 1000000", (text) =>
    parseCount(text, 1, 1_000_000),
  ),
  breaker: {
    with: handsOn,
    expected: "failures in a row and the time to stay open, such as 5/30s",
    take(options, text) {
      const [failures = "", open = "30s", ...rest] = text.split("/");
      const count = parseCount(failures, 1, 1_000_000);
      const openMs = parseDurationMs(open);
      if (count === undefined || openMs === undefined || rest.length > 0) return false;
      options.breakerFailures = count;
      options.breakerOpenMs = openMs;
      return true;
    },
  },
  mirror: {
    with: handsOn,
    expected: "a service, and how many of 100 requests, such as shadow or shadow@10%",
    take(options, text) {
      const [service = "", share = "100%", ...rest] = text.split("@");
      const percent = share.endsWith("%") ? parseCount(share.slice(0, -1), 1, 100) : undefined;
      if (parseService(service) === undefined || percent === undefined || rest.length > 0) {
        return false;
      }
      options.mirror = { service, percent };
      return true;
    },
  },
  "set-header": {
    with: answers,
    expected: `a header of the response that is not the connection's own, such as "X-Frame-Options: DENY"`,
    isRepeatable: true,
    take: (options, text) => takeHeader(options, text, true),
  },
  "remove-header": {
    with: answers,
    expected: "the name of a header of the response that is not the connection's own",
    isRepeatable: true,
    take: (options, text) => takeHeader(options, text, false),
  },
};

/** Of `split`, and a member of the action; the rest are members of the options. */
const sticky: Readonly<Record<string, readonly ActionKind[]>> = { sticky: ["split"] };
/** Of `respond`, likewise. */
const contentType: Readonly<Record<string, readonly ActionKind[]>> = { type: ["respond"] };
const ofActions = { ...sticky, ...contentType };

function takeHeader(options: Mutable<RuleOptions>, text: string, isSet: boolean): boolean {
  const header = parseResponseHeader(text, isSet);
  if (header === undefined) return false;
  options.responseHeaders = [...(options.responseHeaders ?? []), header];
  return true;
}

export interface ParsedOptions {
  readonly options: RuleOptions;
  /** Those that belong to the action itself: `sticky`, `type`. */
  readonly ofAction: ReadonlyMap<string, Slice>;
}

export function parseOptions(
  action: ActionKind,
  words: readonly Word[],
  complaints: Complaints,
): ParsedOptions {
  const options: Mutable<RuleOptions> = {};
  const ofAction = new Map<string, Slice>();
  const seen = new Set<string>();
  for (const word of words) {
    const found = findOption(action, word, complaints);
    if (found === undefined) continue;
    const { name, key, value } = found;
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (seen.has(name) && definition?.isRepeatable !== true) {
      complaints.at(key, `${name} is given twice`, "it once");
    } else if (definition === undefined) {
      ofAction.set(name, value);
    } else if (!definition.take(options, textOf(value))) {
      complaints.at(value, `"${textOf(value)}" is no value of ${name}`, definition.expected);
    }
    seen.add(name);
  }
  return { options, ofAction };
}

interface FoundOption {
  readonly name: string;
  readonly key: Slice;
  readonly value: Slice;
}

function findOption(
  action: ActionKind,
  word: Word,
  complaints: Complaints,
): FoundOption | undefined {
  const whole = wholeWord(word);
  const key = cutAt(whole, "=")[0] as Slice;
  const name = textOf(key);
  const ofWhich = Object.hasOwn(definitions, name)
    ? definitions[name]?.with
    : Object.hasOwn(ofActions, name)
      ? ofActions[name as keyof typeof ofActions]
      : undefined;
  const known = optionsOf(action);
  if (key.to === word.text.length) {
    return complaints.at(whole, `"${name}" is one word too many`, `the line's end, or ${known}`);
  }
  if (ofWhich === undefined) {
    return complaints.at(whole, `no option is called "${name}"`, known);
  }
  if (!ofWhich.includes(action)) {
    return complaints.at(whole, `${name} does not go with ${action}`, known);
  }
  return { name, key, value: { word, from: key.to + 1, to: word.text.length } };
}

function optionsOf(action: ActionKind): string {
  const names = [
    ...Object.entries(ofActions).filter(([, actions]) => actions.includes(action)),
    ...Object.entries(definitions).filter(([, definition]) => definition.with.includes(action)),
  ].map(([name]) => `${name}=`);
  return names.length === 0 ? `no option: ${action} takes none` : names.join(", ");
}
