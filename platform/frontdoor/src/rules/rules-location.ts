/**
 * Where rules come from, as `--rules` says it.
 *
 *     git+ssh://git@host/team/routes.git#main:frontdoor.rules     also git+https, git+http, git+file
 *     /srv/routes.git#main:frontdoor.rules                        a repository on this machine
 *     /etc/tavola/frontdoor.rules                                 a file, followed
 *
 * What is handed to `git` cannot be taken for an option of it.
 */

import type { Result } from "@tavola/base";

export interface GitLocation {
  readonly kind: "git";
  /** As `git` takes it; without a password, since whoever is on the machine sees arguments. */
  readonly remote: string;
  /** Of an `Authorization` header, where the location names a user over HTTP. A secret. */
  readonly authorization: string | undefined;
  readonly branch: string;
  readonly file: string;
  /** For logs and pages: without a password. */
  readonly display: string;
  /** Undefined: on this machine, or of a scheme that has none. */
  readonly host: string | undefined;
  /** `team/routes`, as hosts of repositories count them. */
  readonly project: string | undefined;
}

export type RulesLocation =
  | GitLocation
  | { readonly kind: "file"; readonly path: string; readonly display: string };

const wanted =
  "wanted git+ssh://HOST/PATH#BRANCH:FILE (or git+https), /PATH.git#BRANCH:FILE, or a file's path";

export function parseRulesLocation(text: string): Result<RulesLocation> {
  const mark = text.lastIndexOf("#");
  if (mark < 0) {
    const path = text.startsWith("file://") ? text.slice("file://".length) : text;
    if (path === "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
      return { error: `"${withoutPassword(text)}" is no place of rules: ${wanted}` };
    }
    return { value: { kind: "file", path, display: path } };
  }
  const where = text.slice(0, mark);
  const what = text.slice(mark + 1);
  const colon = what.indexOf(":");
  const branch = colon < 0 ? "" : what.slice(0, colon);
  const file = what.slice(colon + 1);
  if (!isBranch(branch) || !isFile(file)) {
    return { error: `"${what}" is not BRANCH:FILE: ${wanted}` };
  }
  const remote = parseRemote(where);
  if (remote.error !== undefined) return remote;
  const display = `${withoutPassword(where)}#${what}`;
  return { value: { kind: "git", branch, file, display, ...remote.value } };
}

/** As `git check-ref-format` has it, as far as it matters here. */
function isBranch(branch: string): boolean {
  return (
    /^[\w.+@/-]{1,200}$/.test(branch) && !/^[-/.]|\.\.|\/\/|@\{|\/\.|[/.]$|\.lock$/.test(branch)
  );
}

function isFile(file: string): boolean {
  return (
    /^[^:\\]{1,1000}$/.test(file) &&
    ![...file].some((character) => character < " ") &&
    !file.startsWith("/") &&
    file.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

type Remote = Pick<GitLocation, "remote" | "authorization" | "host" | "project">;

const onThisMachine = { authorization: undefined, host: undefined, project: undefined };

function parseRemote(where: string): Result<Remote> {
  const error = `"${withoutPassword(where)}" is not a repository: ${wanted}`;
  if (where.startsWith("/")) {
    return { value: { remote: where, ...onThisMachine } };
  }
  const [, scheme, rest = ""] = /^git\+(ssh|https?|file):\/\/(.+)$/i.exec(where) ?? [];
  if (scheme === undefined || !URL.canParse(`${scheme}://${rest}`)) return { error };
  if (scheme.toLowerCase() === "file") {
    if (!rest.startsWith("/")) return { error };
    return { value: { remote: rest, ...onThisMachine } };
  }
  const url = new URL(`${scheme}://${rest}`);
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === undefined || password === undefined) return { error };
  // A host or a path that begins with a dash would be an option of ssh.
  const isSafe = !url.hostname.startsWith("-") && !user.startsWith("-");
  if (!isSafe || url.hostname === "" || url.pathname.length < 2) return { error };
  const project = url.pathname.replace(/^\/+|\/+$|\.git\/?$/g, "");
  const host = url.hostname;
  if (scheme.toLowerCase() === "ssh") {
    return { value: { remote: `ssh://${rest}`, authorization: undefined, host, project } };
  }
  const authorization = user === "" ? undefined : basicAuthorization(user, password);
  const remote = `${url.protocol}//${url.host}${url.pathname}${url.search}`;
  return { value: { remote, authorization, host, project } };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function withoutPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^@/#]*)@/i, (_, scheme: string, user: string) => {
    const [name = ""] = user.split(":");
    // A lone name before a host of HTTP is a token as often as not.
    const isSecret = user.includes(":") || /^(?:git\+)?https?/i.test(scheme);
    return isSecret ? `${scheme}***@` : `${scheme}${name}@`;
  });
}
