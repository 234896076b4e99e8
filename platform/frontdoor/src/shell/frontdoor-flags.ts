/**
 * The front door's flags: where it listens, whose rules it goes by, whom it asks who serves what, and
 * what it tells of all that.
 */

import { type FlagTable, type FlagValues, logFlags, oneOf } from "@tavola/host";
import { parseNetwork } from "../core/address.ts";

const portMax = 65_535;
const isPort = (port: number): string | undefined =>
  port >= 0 && port <= portMax ? undefined : `expected 0 to ${portMax}`;

/** The items of a list with commas; none of undefined. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function networksProblem(text: string): string | undefined {
  const wrong = listOf(text).find((item) => parseNetwork(item) === undefined);
  return wrong === undefined ? undefined : `"${wrong}" is neither an address nor a network`;
}

export const frontdoorFlags = {
  // Where it listens
  ip: { kind: "string", help: "IP address to listen on.", default: "127.0.0.1" },
  port: {
    kind: "int",
    help: "Port of plain HTTP; 0 picks a free one.",
    default: 8080,
    validate: isPort,
  },
  plain_http: { kind: "bool", help: "Listen for plain HTTP at all.", default: true },
  https_port: {
    kind: "int",
    help: "Port of HTTPS; 0 picks a free one. Default: no HTTPS.",
    validate: isPort,
  },
  certificates: {
    kind: "string",
    help: "Files NAME.pem (certificate chain and key), or folders of them, with commas; the one is\nserved whose names have what the client asks for. What changes on disk is read again.",
  },
  admin_ip: {
    kind: "string",
    help: "IP address of the status page, metrics and webhook. Whoever reaches it sees all rules.",
    default: "127.0.0.1",
  },
  admin_port: {
    kind: "int",
    help: "Port of the status page, metrics and webhook; 0 picks a free one.",
    default: 8081,
    validate: isPort,
  },

  // How requests are carried
  data_plane: {
    kind: "string",
    help: "in-process, or haproxy: an HAProxy that is driven.",
    default: "in-process",
    validate: oneOf("in-process", "haproxy"),
  },
  haproxy: { kind: "path", help: "The haproxy binary.", default: "haproxy" },
  drain_time: {
    kind: "duration",
    help: "How long requests that run are waited for when it ends.",
    default: 10_000,
  },

  trusted_proxies: {
    kind: "string",
    help: "Addresses and networks, with commas, whose X-Forwarded-* headers are believed and added to.\nDefault: nobody's are.",
    validate: networksProblem,
  },
  zone: { kind: "string", help: "Zone of this machine: instances in it are preferred." },

  // Rules
  rules: {
    kind: "path",
    help: "git+ssh://HOST/PATH#BRANCH:FILE (also git+https), /PATH.git#BRANCH:FILE, or a file's path.",
    required: true,
  },
  rules_poll_interval: {
    kind: "duration",
    help: "Pause between two looks at the rules; a webhook makes it look at once.",
    default: 1000,
    validate: (ms: number) => (ms >= 100 ? undefined : "expected 100ms or more"),
  },
  webhook_secret: {
    kind: "string",
    help: "What webhooks must be signed with, as GitHub, GitLab and Gitea do; give it as file://FILE.\nDefault: any POST to /webhook makes it look.",
  },
  commit_status: {
    kind: "string",
    help: "github or gitlab: tell the repository's host whether a commit's rules were taken.",
    validate: oneOf("github", "gitlab"),
  },
  commit_status_token: {
    kind: "string",
    help: "Token for that, with the right to set statuses; give it as file://FILE.",
  },
  commit_status_url: {
    kind: "string",
    help: "The host's API, such as https://git.example.com/api/v4. Default: by the repository's host.",
  },

  // Services
  discovery: {
    kind: "string",
    help: "Discovery servers, http://HOST:PORT, several with commas; the others are learned.",
    required: true,
  },

  // What it keeps and tells
  work_dir: {
    kind: "path",
    help: "Directory of what it keeps: the last good rules. Made where it is missing.",
    required: true,
  },
  access_log: {
    kind: "path",
    help: "File that gets a line for each request; - is standard output. Default: none.",
  },
  access_log_format: {
    kind: "string",
    help: "combined, or json: one object a line.",
    default: "combined",
    validate: oneOf("combined", "json"),
  },
  ...logFlags,
} as const satisfies FlagTable;

export type FrontdoorFlags = FlagValues<typeof frontdoorFlags>;
