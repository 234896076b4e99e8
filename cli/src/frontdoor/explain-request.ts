/** `tavola frontdoor explain`: which line decides on a request, and why the others do not. */

import {
  type Explanation,
  explain,
  formatRuleError,
  type LineReport,
  parseRules,
  type RequestFacts,
  whyRefused,
} from "@tavola/frontdoor";
import { usageError } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { readRules } from "./read-rules.ts";

const options = {
  rules: { type: "string" },
  method: { type: "string", short: "X" },
  header: { type: "string", short: "H", multiple: true },
  address: { type: "string" },
  protocol: { type: "string" },
  all: { type: "boolean" },
} as const satisfies OptionTable;

const defaultAdmin = "http://127.0.0.1:8081";

export const explainUsage = `usage: tavola frontdoor explain URL [--rules=FILE] [--method=GET] [--header='Name: value'…]
                               [--address=127.0.0.1]

Says which line of the rules decides on a request, and of those before it which condition is not met. Exit
status 0: a line decides; 1: none does, the proxy refuses the request before any is asked, or the rules have
errors.

  --rules=FILE         or - for standard input, or a front door's admin port; default: ${defaultAdmin}
  -X, --method=METHOD  default: GET
  -H, --header=HEADER  as many as there are
  --address=ADDRESS    the client's; default: 127.0.0.1
  --protocol=PROTOCOL  default: HTTP/1.1
  --all                also the lines below the one that decides
`;

export async function explainRequest(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseOptions(options, args);
  const [url, unexpected] = positionals;
  if (url === undefined) throw usageError("explain needs a URL");
  if (unexpected !== undefined) throw usageError(`unexpected argument "${unexpected}"`);
  const facts = factsOf(url, {
    method: values.method ?? "GET",
    headers: headersOf(values.header ?? []),
    address: values.address ?? "127.0.0.1",
    protocol: values.protocol ?? "HTTP/1.1",
  });
  const refusal = whyRefused(facts.uri);
  if (refusal !== undefined) {
    await terminal.write(`No line is asked, for ${refusal}: 400\n`);
    return exitStatus.failed;
  }
  const { text, file } = await readRules(values.rules ?? defaultAdmin);
  const { rules, errors } = parseRules(text, file);
  if (errors !== undefined) {
    for (const error of errors) terminal.tell(`${formatRuleError(error)}\n`);
    return exitStatus.failed;
  }
  const explanation = explain(rules, facts);
  for (const report of explanation.lines) {
    if (report.outcome === "not reached" && values.all !== true) continue;
    await terminal.write(formatReport(report));
  }
  await terminal.write(formatDecision(explanation));
  return explanation.decision.rule === undefined ? exitStatus.failed : exitStatus.ok;
}

function headersOf(texts: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const text of texts) {
    const [, name = "", value = ""] = /^([^:\s]+):\s*(.*)$/s.exec(text) ?? [];
    if (name === "") throw usageError(`--header is "${text}"; wanted Name: value`);
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

interface AskedRequest {
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly address: string;
  readonly protocol: string;
}

/** Of a whole URL, or of a path; the path is taken as it is written. */
function factsOf(url: string, { method, headers, address, protocol }: AskedRequest): RequestFacts {
  const [, scheme, authority = "", rest = ""] =
    /^(?:(https?):\/\/([^/?#]+))?([/?][^#]*)?$/i.exec(url) ?? [];
  if (scheme === undefined && !url.startsWith("/")) {
    throw usageError(`"${url}" is not a URL; wanted http://HOST/PATH, or /PATH`);
  }
  const host = (headers.get("host") ?? authority).replace(/^.*@/, "").replace(/:\d*$/, "");
  return {
    method,
    uri: rest.startsWith("/") ? rest : `/${rest}`,
    host: host.toLowerCase(),
    header: (name) => (name === "host" ? (headers.get("host") ?? authority) : headers.get(name)),
    remoteAddress: address,
    isTls: scheme?.toLowerCase() === "https",
    protocol,
  };
}

/** What a request may have, at most so much of it. */
const valueCharactersMax = 100;

function formatReport(report: LineReport): string {
  const { rule, outcome } = report;
  const head = `${String(rule.line).padStart(5)}  ${outcome.padEnd(11)}  `;
  if (outcome === "not met") {
    const { value } = report;
    const shown =
      value.length > valueCharactersMax ? `${value.slice(0, valueCharactersMax)}…` : value;
    return `${head}${report.condition}, but it is ${JSON.stringify(shown)}\n`;
  }
  if (outcome === "rewrites") return `${head}${rule.text}, so it is ${report.uri}\n`;
  return `${head}${rule.text}\n`;
}

const undecided = {
  "no line": "No line decides: 404",
  "rewritten too often": "More lines rewrite it than may: 500",
  "rewritten out of its path": "It would lead out of the path that it is rewritten to: 400",
} as const;

function formatDecision({ decision }: Explanation): string {
  const { rule } = decision;
  if (rule === undefined) {
    return `${undecided[decision.why]}\n`;
  }
  const { action } = rule;
  const by = `Line ${rule.line} decides: `;
  switch (action.kind) {
    case "passthru":
      return `${by}${decision.uri} to ${action.service}\n`;
    case "split": {
      const shares = action.shares.map(({ service, weight }) => `${service} (${weight})`);
      return `${by}${decision.uri} to one of ${shares.join(", ")}\n`;
    }
    case "redirect":
      return `${by}${action.status} to ${decision.location ?? action.location}\n`;
    case "respond":
      return `${by}${action.status}\n`;
    case "rewrite":
      return `${by}rewritten\n`;
  }
}
