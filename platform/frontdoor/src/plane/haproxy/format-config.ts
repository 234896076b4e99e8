/**
 * One configuration of HAProxy's, with all files that it names.
 *
 *     FOLDER/                     ours alone
 *       certificates/cert-1.pem   list        as `bind` takes them; shared by all generations
 *       3/                                    a generation: what one process was started with
 *         haproxy.cfg  rules.map  prefix-0-0.map  answer-1.body  …
 *         socket  log                         its runtime API, and where it tells of requests
 */

import { parseNetwork } from "../../core/address.ts";
import * as refusals from "../../core/refusals.ts";
import type { RuleSet } from "../../core/routing-table.ts";
import type { Rule, ServiceName } from "../../core/rule.ts";
import type { PlaneTimeouts } from "../plane-options.ts";
import { clientAddress } from "./client-address.ts";
import type { CompiledRules } from "./compiled-rules.ts";
import {
  type BackendOptions,
  formatAnswerBackend,
  formatLimitTable,
  formatReturn,
  formatServiceBackend,
} from "./format-backends.ts";
import { backendNames, formatFrontend } from "./format-frontend.ts";
import { formatHeldBinds } from "./held-binds.ts";
import { logFormat } from "./log-line.ts";
import { versionRefusal } from "./request-guards.ts";
import { formatServer, type Server } from "./server-book.ts";

export interface ConfigOptions {
  /** Of this generation, and of the certificates: without spaces and quotes. */
  readonly folder: string;
  readonly certificatesFolder: string;
  readonly timeouts: PlaneTimeouts;
  readonly trustedProxies: readonly string[];
  readonly zone: string | undefined;
  /** 21 hexadecimal digits. */
  readonly traceSeed: string;
  /** At a time, of clients. */
  readonly connectionsMax: number;
  readonly listen: {
    readonly ip: string;
    readonly httpPort: number | undefined;
    readonly httpsPort: number | undefined;
  };
  /** `127.0.0.1:1234`: the in-process plane's, and what it knows us by. */
  readonly handOnTo: { readonly address: string; readonly token: string };
  /** Who serves what at the beginning. */
  servers(service: ServiceName): readonly Server[];
}

export interface FormattedConfig {
  readonly text: string;
  /** File name to text. */
  readonly files: ReadonlyMap<string, string>;
}

export const socketName = "socket";
export const logSocketName = "log";

/** Of a target in the log; a line has room for it. */
const targetBytesMax = 4_096;

/** About 20,000 requests. */
const ringBytes = 4 * 1024 * 1024;

export function formatConfig(
  { rules }: RuleSet,
  compiled: CompiledRules,
  options: ConfigOptions,
): FormattedConfig {
  const files = new Map<string, string>();
  const backendOptions = backendOptionsOf(rules, compiled, options);
  const bodyLimited = rules.flatMap((rule, at) =>
    rule.options.bodyBytesMax === undefined ? [] : [at + 1],
  );
  const frontend = formatFrontend(compiled, {
    folder: options.folder,
    bodyLimited,
    isIpv6: isIpv6(options),
    trusted: trustedNetworks(options),
  });
  for (const [name, text] of frontend.maps) files.set(name, text);
  const lines = [
    ...formatGlobal(options),
    "frontend front",
    ...formatBinds(options),
    `  log-format "${logFormat}"`,
    "  http-request disable-l7-retry unless { method GET HEAD OPTIONS TRACE }",
    ...withHandedOn(frontend.lines, compiled),
    ...formatFixedBackends(options),
  ];
  for (const backend of compiled.serviceBackends) {
    const servers = options
      .servers(backend.service)
      .map((server) => `server ${server.name} ${formatServer(server, options.timeouts)}`);
    lines.push(...formatServiceBackend(backend, servers, backendOptions));
  }
  for (const outcome of compiled.outcomes) {
    if (outcome.kind !== "answer") continue;
    const backend = formatAnswerBackend(outcome, backendOptions);
    lines.push(...backend.lines);
    for (const [name, text] of backend.files) files.set(name, text);
  }
  const limited = compiled.serviceBackends.flatMap(({ limited: number }) => number ?? []);
  for (const number of new Set(limited)) {
    lines.push(...formatLimitTable(number, (rules[number - 1] as Rule).options));
  }
  return { text: `${lines.join("\n")}\n`, files };
}

/**
 * Requests that only the in-process plane can see to: a process that ends has connections whose next
 * request goes by the rules of today; and a rewrite may have made a path that it refuses.
 */
function withHandedOn(lines: readonly string[], { segments }: CompiledRules): readonly string[] {
  const at = lines.findIndex((line) => /^ *(?:use|default)_backend /.test(line));
  const { handedOn } = backendNames;
  const isUnsafe = `{ var(txn.u),field(1,?) -m reg -i '${dotSegment}' }`;
  const added = [
    `  use_backend ${handedOn} if { stopping }`,
    ...(segments.length > 1 ? [`  use_backend ${handedOn} if ${isUnsafe}`] : []),
  ];
  return lines.toSpliced(at < 0 ? lines.length : at, 0, ...added);
}

/** As `isUnsafePath` has it. */
const dotSegment = String.raw`(?:^|/|%2f|%5c|\\)(?:\.|%2e){1,2}(?:$|/|%2f|%5c|\\|;)`;

function backendOptionsOf(
  rules: readonly Rule[],
  { segments }: CompiledRules,
  options: ConfigOptions,
): BackendOptions {
  const { folder, timeouts, traceSeed, zone } = options;
  return {
    folder,
    timeouts,
    trusts: trustedNetworks(options).length > 0,
    traceSeed,
    prefersZone: zone !== undefined,
    isIpv6: isIpv6(options),
    rewrites: segments.length > 1,
    lineOf: (number) => rules[number - 1]?.line ?? 0,
  };
}

function trustedNetworks({ trustedProxies }: ConfigOptions): readonly string[] {
  return trustedProxies.map(parseNetwork).filter((network) => network !== undefined);
}

function isIpv6({ listen }: ConfigOptions): boolean {
  return listen.ip.includes(":");
}

function formatGlobal({ folder, timeouts, connectionsMax }: ConfigOptions): string[] {
  return [
    "global",
    `  stats socket ${folder}/${socketName} mode 600 level admin expose-fd listeners`,
    "  stats timeout 1h",
    // It counts a descriptor for each server; see `connections-max.ts`.
    "  no strict-limits",
    `  maxconn ${connectionsMax}`,
    // What it cuts from a target, it cuts from the end of the line, where the protocol is (`%HV`).
    `  tune.http.logurilen ${targetBytesMax}`,
    "  log ring@requests len 8192 format raw local0 info",
    "  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets",
    "  tune.ssl.default-dh-param 2048",
    "ring requests",
    "  format raw",
    "  maxlen 8192",
    `  size ${ringBytes}`,
    "  timeout connect 5s",
    "  timeout server 24h",
    `  server receiver unix@${folder}/${logSocketName}`,
    "defaults",
    "  mode http",
    "  log global",
    "  option redispatch 1",
    // An instance that was killed leaves kept connections that answer nothing; see `disable-l7-retry`.
    "  retry-on conn-failure empty-response",
    "  option http-keep-alive",
    // Who goes away takes the request along, also while the instance thinks about it.
    "  option abortonclose",
    // A process that ends hears the next request of a connection out, and says then that it closes.
    "  option idle-close-on-response",
    `  timeout client ${timeouts.bodyIdleMs}ms`,
    `  timeout connect ${timeouts.connectMs}ms`,
    `  timeout server ${timeouts.answerMs}ms`,
    `  timeout queue ${timeouts.connectMs}ms`,
    `  timeout http-request ${timeouts.requestHeadMs}ms`,
    `  timeout http-keep-alive ${timeouts.keepAliveMs}ms`,
    `  timeout tunnel ${timeouts.tunnelIdleMs}ms`,
  ];
}

function formatBinds({ folder, listen, certificatesFolder }: ConfigOptions): string[] {
  const { ip, httpPort, httpsPort } = listen;
  const binds: string[] = [];
  const address = ip.includes(":") ? `ipv6@${ip}` : ip;
  if (httpPort !== undefined) binds.push(`  bind ${address}:${httpPort}`);
  const tls = `ssl crt-list ${certificatesFolder}/list alpn h2,http/1.1`;
  if (httpsPort !== undefined) binds.push(`  bind ${address}:${httpsPort} ${tls}`);
  return [...binds, ...formatHeldBinds(folder, listen, tls)];
}

/** The header by which the in-process plane knows who asked us; nobody else knows the token. */
export const peerHeader = "x-tavola-peer";

function formatFixedBackends(options: ConfigOptions): string[] {
  const { handOnTo, timeouts } = options;
  const peer = `${handOnTo.token} %[${clientAddress(isIpv6(options))}] %[ssl_fc,iif(https,http)] HTTP/%[req.ver]`;
  return [
    `backend ${backendNames.none}`,
    `  ${formatReturn(refusals.noRule({ rule: undefined, why: "no line" }))}`,
    `backend ${backendNames.handedOn}`,
    `  ${versionRefusal}`,
    // It has its own limits of time, and knows a rule's.
    `  timeout server ${timeouts.tunnelIdleMs}ms`,
    `  http-request set-header ${peerHeader} '${peer}'`,
    // It throws its own dice for a split, and says so in a cookie of its own.
    "  http-request unset-var(txn.k)",
    `  server in-process ${handOnTo.address}`,
  ];
}
