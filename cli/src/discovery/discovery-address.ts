/**
 * Which discovery servers a command asks: its option, else the environment, else this machine's.
 */

import { CodedError } from "@tavola/base";
import { connectDiscovery, type DiscoveryClient, type ServiceWatch } from "@tavola/sdk";
import { usageError } from "../command.ts";
import type { Terminal } from "../terminal.ts";

const serversName = "TAVOLA_DISCOVERY";
/** Shown with every announcement: without it nobody else changes or withdraws them. */
const keyName = "TAVOLA_DISCOVERY_KEY";
const defaultServer = "http://127.0.0.1:7098";

/** For the usage texts. */
export const discoveryOptionHelp = `  --discovery=URL      discovery servers, several with commas; one is enough, the others are learned
                       (default: TAVOLA_DISCOVERY, ${defaultServer})
`;

export interface DiscoveryAddress {
  readonly servers: string;
  readonly discovery: DiscoveryClient;
}

/** Throws a usage error for what is no address. The caller closes the client. */
export function openDiscovery(option: string | undefined, terminal: Terminal): DiscoveryAddress {
  const given = option ?? terminal.environment[serversName] ?? "";
  const servers = given === "" ? defaultServer : given;
  const key = terminal.environment[keyName] ?? "";
  try {
    const discovery = connectDiscovery({ servers, ...(key === "" ? {} : { key }) });
    return { servers, discovery };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const what = error.code === "DISCOVERY_KEY_INVALID" ? keyName : "--discovery";
    throw usageError(`${what}: ${error.message}`);
  }
}

/** What a command says when nobody has told `watch` what there is. */
export function nobodyAnswers(servers: string, watch: ServiceWatch): CodedError {
  if (watch.isRefused) {
    const message = `what answers at ${servers} does not say what is announced: ${watch.trouble}`;
    return new CodedError("UNAVAILABLE", message);
  }
  return new CodedError(
    "UNAVAILABLE",
    `no discovery server answers at ${servers}; start one with \`tavola up\` or \`tavola discovery\`, or name it with --discovery=URL`,
    {},
    { transient: true },
  );
}
