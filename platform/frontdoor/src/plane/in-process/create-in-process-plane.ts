/**
 * A data plane in this process: clients on one side, instances on the other, and nothing in between
 * but this event loop (docs/decisions/0031-in-process-plane.md).
 */

import { BlockList, isIPv6 } from "node:net";
import { CodedError } from "@tavola/base";
import type { Timer } from "@tavola/host";
import { askedHeaders } from "../../core/asked-headers.ts";
import { compileRules } from "../../core/decide.ts";
import { noRulesYet } from "../../core/no-rules-yet.ts";
import type { RuleSet, Services } from "../../core/routing-table.ts";
import type { DataPlane, InstanceHealth } from "../data-plane.ts";
import { defaultTimeouts, type PlaneOptions } from "../plane-options.ts";
import type { ClientContext } from "./client/client-context.ts";
import { ClientListener } from "./client/client-listener.ts";
import type { RelayOptions } from "./client/relayed-peer.ts";
import { RetryBudget } from "./core/limits/retry-budget.ts";
import type { PlaneState } from "./exchange/plane-state.ts";
import { gatesOf } from "./exchange/rule-gate.ts";
import { serveRequest } from "./exchange/serve-request.ts";
import { ServiceDirectory } from "./exchange/service-directory.ts";
import { CertificateStore } from "./tls/certificate-store.ts";

export interface InProcessPlaneOptions extends PlaneOptions {
  /** For a plane that stands behind another one of this machine, and that clients do not reach. */
  readonly relay?: RelayOptions;
}

/**
 * Listens when it resolves, and answers 503 until it has rules. Rejects with LISTEN_FAILED,
 * CERTIFICATES_UNREADABLE or TRUSTED_PROXY_INVALID.
 */
export async function createInProcessPlane(options: InProcessPlaneOptions): Promise<DataPlane> {
  const { listen } = options;
  const state = createState(options);
  const context = clientContext(state, options.relay);
  const certificates =
    listen.httpsPort === undefined
      ? undefined
      : await CertificateStore.load(listen.certificates, options.clock);
  const listeners: ClientListener[] = [];
  const urls: string[] = [];
  try {
    for (const [scheme, port] of [
      ["http", listen.httpPort],
      ["https", listen.httpsPort],
    ] as const) {
      if (port === undefined) continue;
      const listener = new ClientListener(context, scheme === "https" ? certificates : undefined);
      listeners.push(listener);
      urls.push(urlOf(scheme, listen.ip, await listener.listen(listen.ip, port)));
    }
  } catch (error) {
    for (const listener of listeners) listener.destroy();
    throw error;
  }
  return new InProcessPlane({ state, listeners, urls, certificates });
}

interface PlaneParts {
  readonly state: PlaneState;
  readonly listeners: readonly ClientListener[];
  readonly urls: readonly string[];
  readonly certificates: CertificateStore | undefined;
}

class InProcessPlane implements DataPlane {
  readonly kind = "in-process";
  readonly urls: readonly string[];
  readonly #parts: PlaneParts;

  constructor(parts: PlaneParts) {
    this.urls = parts.urls;
    this.#parts = parts;
  }

  async setRules({ rules }: RuleSet): Promise<void> {
    const { state } = this.#parts;
    const gates = gatesOf(rules, state.routing.gates, state.clock.now());
    state.routing = { decider: compileRules(rules), asked: askedHeaders(rules), gates };
  }

  async setServices(services: Services): Promise<void> {
    this.#parts.state.directory.setServices(services);
  }

  async reloadCertificates(): Promise<void> {
    await this.#parts.certificates?.reload();
  }

  health(): readonly InstanceHealth[] {
    return this.#parts.state.directory.health();
  }

  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    const { listeners, state } = this.#parts;
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = state.clock.after(drainMs, resolve);
    });
    await Promise.race([Promise.all(listeners.map((listener) => listener.drain())), late]);
    timer?.cancel();
    for (const listener of listeners) listener.destroy();
    state.directory.destroy();
  }
}

function createState(options: PlaneOptions): PlaneState {
  const { clock, random, logger, observer, zone } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const trusted = blockListOf(options.trustedProxies ?? []);
  const isNobodyTrusted = (options.trustedProxies ?? []).length === 0;
  return {
    ...{ clock, random, logger, observer, timeouts },
    directory: new ServiceDirectory({ clock, logger, timeouts, zone }),
    retryBudget: new RetryBudget(),
    routing: {
      decider: compileRules(noRulesYet("it is starting").rules),
      asked: new Set(),
      gates: new Map(),
    },
    isTrusted: (address) =>
      !isNobodyTrusted && trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4"),
    mirrors: 0,
  };
}

function clientContext(state: PlaneState, relay: RelayOptions | undefined): ClientContext {
  const { clock, logger, timeouts, observer } = state;
  return {
    clock,
    logger,
    timeouts,
    relay,
    serve: (client) => serveRequest(state, client),
    refused({ status, reason, remoteAddress }) {
      observer.ended({
        ...{ method: "", uri: "", host: "", remoteAddress, line: undefined, service: undefined },
        ...{ instance: undefined, status, durationMs: 0, requestBytes: 0, responseBytes: 0 },
        ...{ retries: 0, failure: reason, traceParent: undefined },
      });
    },
  };
}

function blockListOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = "", length] = proxy.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    try {
      if (length === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(length), family);
    } catch (cause) {
      const message = "cannot trust a proxy: it is neither an address nor a network";
      throw new CodedError("TRUSTED_PROXY_INVALID", message, { proxy }, { cause });
    }
  }
  return list;
}

function urlOf(scheme: string, ip: string, port: number): string {
  return `${scheme}://${isIPv6(ip) ? `[${ip}]` : ip}:${port}`;
}
