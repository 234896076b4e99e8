/**
 * Backends of HAProxy's: one for each service with one kind of options, and one for each rule by which
 * HAProxy answers itself. Who serves a service is not said here: servers come and go while it runs.
 */

import { templateParts } from "../../core/fill-template.ts";
import * as refusals from "../../core/refusals.ts";
import type { Rule, RuleOptions } from "../../core/rule.ts";
import type { PlaneTimeouts } from "../plane-options.ts";
import { clientAddress } from "./client-address.ts";
import type { Outcome, ServiceBackend } from "./compiled-rules.ts";
import { escapeFormat, escapeRegex, quoteArgument, quoteLines } from "./config-text.ts";

export interface BackendOptions {
  /** Where files will lie; without spaces and quotes. */
  readonly folder: string;
  readonly timeouts: PlaneTimeouts;
  /** Whether some client may be a trusted proxy (`txn.p`). */
  readonly trusts: boolean;
  readonly prefersZone: boolean;
  /** Whether clients may come from IPv6 addresses. */
  readonly isIpv6: boolean;
  readonly rewrites: boolean;
  /** 21 hexadecimal digits, in traces that begin here. */
  readonly traceSeed: string;
  /** Line of a rule, by its number. */
  lineOf(number: number): number;
}

export interface FormattedBackend {
  readonly lines: readonly string[];
  readonly files: ReadonlyMap<string, string>;
}

const retriesDefault = 2;

/**
 * As a regular expression: what speaks of the client's connection, what misleads frameworks, and, with
 * underscores, what CGI's rules would take for what only we may say.
 */
const unsaid = [
  ...["keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
  ...["http2-settings", "proxy", "x-original-url", "x-rewrite-url"],
]
  .map((name) => name.replaceAll("-", "[-_]"))
  .concat("transfer_encoding", "content_length")
  .join("|");

/** A valid traceparent: the version's length, and neither id all zeros. */
const traceParent =
  "^(?:00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$|(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$))";

export function formatServiceBackend(
  backend: ServiceBackend,
  servers: readonly string[],
  options: BackendOptions,
): readonly string[] {
  const { name, service, options: rule, limited } = backend;
  const { timeouts } = options;
  const answerMs = rule.timeoutMs ?? timeouts.answerMs;
  const lines = [
    `backend ${name}`,
    "  balance roundrobin",
    `  timeout connect ${rule.connectTimeoutMs ?? timeouts.connectMs}ms`,
    `  timeout server ${answerMs}ms`,
    `  retries ${rule.retries ?? retriesDefault}`,
  ];
  if (options.prefersZone) lines.push("  option allbackups");
  // What HAProxy has no server for, or none that takes a connection, is 503; both planes say it so.
  for (const [status, refusal] of [
    [502, refusals.upstreamFailed(service, "")],
    [503, refusals.noInstance(service)],
    [504, refusals.upstreamTimedOut(service)],
  ] as const) {
    lines.push(`  http-error ${replyOf({ ...refusal, status })}`);
  }
  lines.push(...formatLimits(rule, limited, options));
  if (options.rewrites) lines.push("  http-request set-pathq %[var(txn.u)]");
  if (rule.stripPrefix !== undefined) {
    const regex = String.raw`^${escapeRegex(rule.stripPrefix)}(?:/+|(?=\?)|$)(.*)$`;
    lines.push(String.raw`  http-request replace-pathq '${regex}' '/\1'`);
  }
  lines.push(...formatForwarding(options));
  lines.push(...formatResponse("http-response", rule));
  lines.push(
    "  http-response del-header ^(?:keep-alive|proxy-connection|proxy-authenticate|te)$ -m reg",
  );
  lines.push(...servers.map((server) => `  ${server}`));
  return lines;
}

interface LineOf {
  lineOf(number: number): number;
}

/** The table of the rule's counts; of a split rule, all its backends use one. */
export function formatLimitTable(number: number, { ratePerSecond }: RuleOptions): string[] {
  const { periodMs } = ratePeriod(ratePerSecond ?? 1);
  return [
    `backend limits-${number}`,
    `  stick-table type integer size 16 expire 1d store gpc0_rate(${periodMs}),conn_cur`,
  ];
}

/** So many in so long, whole numbers both. */
function ratePeriod(perSecond: number): { readonly count: number; readonly periodMs: number } {
  if (perSecond >= 10) return { count: Math.round(perSecond), periodMs: 1000 };
  const periodMs = Math.min(3_600_000, Math.max(1000, Math.ceil(10_000 / perSecond)));
  return { count: Math.max(1, Math.round((perSecond * periodMs) / 1000)), periodMs };
}

function formatLimits(
  { bodyBytesMax, ratePerSecond, concurrencyMax }: RuleOptions,
  limited: number | undefined,
  { lineOf }: LineOf,
): string[] {
  const lines: string[] = [];
  if (bodyBytesMax !== undefined) {
    const refused = formatReturn(refusals.bodyTooLarge(0));
    lines.push(`  ${refused} if { req.hdr(content-length) -m int gt ${bodyBytesMax} }`);
  }
  if (limited === undefined) return lines;
  const line = lineOf(limited);
  lines.push(`  http-request track-sc0 int(1) table limits-${limited}`);
  if (concurrencyMax !== undefined) {
    const refused = formatReturn(refusals.concurrencyExceeded(line));
    lines.push(`  ${refused} if { sc_conn_cur(0) gt ${concurrencyMax} }`);
  }
  if (ratePerSecond !== undefined) {
    const { count } = ratePeriod(ratePerSecond);
    const refused = formatReturn(refusals.rateExceeded(line));
    lines.push(`  ${refused} if { sc_gpc0_rate(0) ge ${count} }`);
    lines.push("  http-request sc-inc-gpc0(0)");
  }
  return lines;
}

/** PERF: a pass over the header names with one regular expression, and five headers written. */
function formatForwarding({ trusts, traceSeed, isIpv6 }: BackendOptions): string[] {
  const lines = !trusts
    ? [deletion(`${unsaid}|forwarded|x[-_]forwarded[-_].*`)]
    : [
        deletion(`${unsaid}|x_forwarded[-_].*|x-forwarded_.*`),
        `${deletion("forwarded|x-forwarded-.*")} unless { var(txn.p) -m found }`,
      ];
  const unlessSaid = (name: string): string =>
    !trusts ? "" : ` unless { req.hdr(${name}) -m found }`;
  const proto = "%[ssl_fc,iif(https,http)]";
  const forwarded = (node: string): string =>
    `  http-request add-header forwarded 'for=${node};host="%[var(txn.a)]";proto=${proto}'`;
  const isIpv6Client = "{ var(txn.s) -m sub : }";
  const client = clientAddress(isIpv6);
  const begun = `00-${traceSeed.slice(0, 14)}${random}${random}-${traceSeed.slice(14)}${random}-01`;
  const isTraced = `{ var(txn.t) -m reg '${traceParent}' }`;
  return [
    ...lines,
    `  http-request add-header x-forwarded-for %[${client}]`,
    `  http-request add-header x-forwarded-proto ${proto}${unlessSaid("x-forwarded-proto")}`,
    `  http-request add-header x-forwarded-host %[var(txn.a)]${unlessSaid("x-forwarded-host")}`,
    ...(isIpv6
      ? [
          `${forwarded(`"[%[${client}]]"`)} if ${isIpv6Client}`,
          `${forwarded(`%[${client}]`)} unless ${isIpv6Client}`,
        ]
      : [forwarded(`%[${client}]`)]),
    "  http-request del-header te if { req.fhdr(te) -m found } !{ req.fhdr(te) trailers }",
    "  http-request set-var(txn.t) req.fhdr(traceparent)",
    `  http-request del-header tracestate if { req.fhdr(tracestate) -m found } !${isTraced}`,
    `  http-request set-var-fmt(txn.t) '${begun}' unless ${isTraced}`,
    "  http-request set-header traceparent %[var(txn.t)]",
  ];
}

/** Nine decimal digits, which are hexadecimal ones, too: cheaper than those that HAProxy must convert. */
const random = "%[rand(900000000),add(100000000)]";

function deletion(regex: string): string {
  return `  http-request del-header '^(?:${regex})$' -m reg`;
}

function formatResponse(ruleset: string, { responseHeaders = [] }: RuleOptions): string[] {
  return [
    ...responseHeaders.map(({ name }) => `  ${ruleset} del-header ${quoteArgument(name)}`),
    ...responseHeaders.flatMap(({ name, value }) => {
      if (value === undefined) return [];
      const format = quoteArgument(escapeFormat(value));
      return [`  ${ruleset} add-header ${quoteArgument(name)} ${format}`];
    }),
  ];
}

/** A backend that only says what a rule says. */
export function formatAnswerBackend(
  { backend, rule }: Extract<Outcome, { readonly kind: "answer" }>,
  { folder, rewrites }: BackendOptions,
): FormattedBackend {
  const files = new Map<string, string>();
  const lines = [`backend ${backend}`, ...formatResponse("http-after-response", rule.options)];
  const { action } = rule;
  if (action.kind === "respond") {
    let payload = "";
    if (action.body !== "" && ![204, 205, 304].includes(action.status)) {
      files.set(`${backend}.body`, action.body);
      payload = ` content-type ${quoteArgument(action.contentType)} file ${folder}/${backend}.body`;
    }
    lines.push(`  http-request return status ${action.status}${payload}`);
  }
  if (action.kind === "redirect") lines.push(...formatRedirect(action, rule, rewrites));
  return { lines, files };
}

function formatRedirect(
  { location, status }: Extract<Rule["action"], { readonly kind: "redirect" }>,
  { conditions }: Rule,
  rewrites: boolean,
): string[] {
  const parts = templateParts(location).map((part) => {
    if (part.kind === "text") return escapeFormat(part.text);
    if (part.kind === "host") return "%[var(txn.h)]";
    return rewrites ? "%[var(txn.u)]" : "%[pathq]";
  });
  const format = parts.join("");
  const redirect = (to: string): string =>
    `  http-request redirect code ${status} location ${quoteArgument(to)}`;
  const source = conditions.find(
    ({ variable, isNegated }) =>
      !isNegated && (variable.kind === "uri" || variable.kind === "path"),
  );
  const keepsQuery =
    source?.variable.kind !== "uri" &&
    !location.includes("?") &&
    !location.includes("%{REQUEST_URI}");
  if (!keepsQuery) return [redirect(format)];
  const query = rewrites ? "var(txn.u),field(2,?,0)" : "query";
  return [`${redirect(`${format}?%[${query}]`)} if { ${query} -m len gt 0 }`, redirect(format)];
}

/** As `http-request` says it. */
export function formatReturn(refusal: refusals.Refusal): string {
  return `http-request return ${replyOf(refusal)}`;
}

function replyOf({ status, body, retryAfterSeconds }: refusals.Refusal): string {
  const retry = retryAfterSeconds === undefined ? "" : ` hdr retry-after ${retryAfterSeconds}`;
  const text = quoteLines(body);
  return `status ${status} content-type 'text/plain; charset=utf-8' string ${text}${retry}`;
}
