/**
 * The discovery server's flags: where it stands, where announcements are kept, what bounds it, DNS.
 */

import { isIPv6 } from "node:net";
import { type FlagTable, type FlagValues, logFlags } from "@tavola/host";

const portMax = 65_535;

function portRefusal(port: number): string | undefined {
  return port >= 0 && port <= portMax ? undefined : `expected 0 to ${portMax}`;
}

function positive(value: number): string | undefined {
  return value > 0 ? undefined : "expected more than 0";
}

/** Every client is told it: what is no host would send them nowhere. */
function hostnameRefusal(host: string): string | undefined {
  const url = URL.parse(`http://${isIPv6(host) ? `[${host}]` : host}:1`);
  const isHost = url?.port === "1" && url.username === "" && !/\s/.test(host);
  return isHost ? undefined : "expected a name or an IP address, without a port";
}

export const discoveryFlags = {
  // Where it stands
  ip: { kind: "string", help: "IP address to listen on.", default: "127.0.0.1" },
  port: {
    kind: "int",
    help: "Port to listen on; 0 picks a free one.",
    default: 7098,
    validate: portRefusal,
  },
  hostname: {
    kind: "string",
    help: "Name that others reach this server by; default: the IP.",
    validate: hostnameRefusal,
  },

  // Where announcements are kept
  work_dir: {
    kind: "path",
    help: "Directory of the embedded store; made where it is missing.",
    required: true,
  },
  store: {
    kind: "string",
    help: "What several servers share: zk://HOSTS/PATH or etcd://HOSTS/PATH; or sqlite:///FILE; default: a file in the work directory.",
  },
  store_session_timeout: {
    kind: "duration",
    help: "How long the store waits for this server before it counts as gone.",
    default: 10_000,
    validate: positive,
  },

  // How it behaves
  lease: {
    kind: "duration",
    help: "How long an announcement lives without being renewed. The same for all servers.",
    default: 30_000,
    validate: (ms: number) => (ms >= 1000 ? undefined : "expected at least 1secs"),
  },
  watch_timeout: {
    kind: "duration",
    help: "How long a watch waits for a change before it is answered 204.",
    default: 30_000,
    validate: positive,
  },
  announcements_max: {
    kind: "int",
    help: "Announcements at a time; above it new ones are refused.",
    default: 500_000,
    validate: positive,
  },
  announcements_per_type_max: {
    kind: "int",
    help: "Announcements of one serviceType at a time.",
    default: 100_000,
    validate: positive,
  },
  watchers_max: {
    kind: "int",
    help: "Watches that wait at this server at a time.",
    default: 50_000,
    validate: positive,
  },

  // DNS
  dns_port: {
    kind: "int",
    help: "Port of the DNS server, UDP and TCP; 0 picks a free one. Default: there is none.",
    validate: portRefusal,
  },
  dns_ip: { kind: "string", help: "IP address of the DNS server; default: --ip." },
  dns_domain: {
    kind: "string",
    help: "Domain of the names; --domain of Mesos-DNS.",
    default: "mesos",
    aliases: ["domain"],
    validate: (domain: string) =>
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(domain)
        ? undefined
        : "expected a domain name",
  },
  dns_ttl: {
    kind: "int",
    help: "Seconds that others may keep a DNS answer.",
    default: 60,
    validate: (seconds: number) => (seconds >= 0 ? undefined : "expected 0 or more"),
  },
  dns_framework: {
    kind: "string",
    help: "Framework that an announcement belongs to which names none: web.FRAMEWORK.DOMAIN.",
    default: "marathon",
  },
  master: {
    kind: "string",
    help: "Masters whose names are answered as well (leader.DOMAIN): HOST:PORT, several with commas, or their store: zk://…, etcd://…, sqlite:///…; default: none.",
    aliases: ["zk"],
  },
  dns_resolvers: {
    kind: "string",
    help: "Servers that questions outside the domain are passed on to, HOST or HOST:PORT, with commas; default: none, they are refused.",
  },
  ...logFlags,
} as const satisfies FlagTable;

export type DiscoveryFlags = FlagValues<typeof discoveryFlags>;
