/** The source of rules that the flags name, and who is told of verdicts. */

import { CodedError } from "@tavola/base";
import type { Clock, HttpClient, Logger } from "@tavola/host";
import { CommitStatus, type CommitStatusHost, statusUrlOf } from "../rules/commit-status.ts";
import { openFileSource } from "../rules/file-source.ts";
import { openGitSource } from "../rules/git-source.ts";
import type { RulesSink, RulesSource } from "../rules/rule-candidate.ts";
import { parseRulesLocation, type RulesLocation } from "../rules/rules-location.ts";
import type { FrontdoorFlags } from "./frontdoor-flags.ts";

/** Throws CodedError CONFIGURATION_INVALID. */
export function rulesLocationOf(flags: FrontdoorFlags): RulesLocation {
  const { value, error } = parseRulesLocation(flags.rules);
  if (error !== undefined) throw invalid(`--rules: ${error}`);
  return value;
}

export interface OpenRulesOptions {
  readonly flags: FrontdoorFlags;
  readonly location: RulesLocation;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly sink: RulesSink;
}

export function openRules(options: OpenRulesOptions): RulesSource {
  const { flags, location, clock, sink, environment } = options;
  const intervalMs = flags.rules_poll_interval;
  if (location.kind === "file") {
    return openFileSource({ path: location.path, clock, intervalMs, sink });
  }
  return openGitSource({
    location,
    workDir: flags.work_dir,
    environment,
    clock,
    intervalMs,
    sink,
  });
}

export interface CommitStatusParts {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Undefined: nobody is told. Throws CodedError CONFIGURATION_INVALID. */
export function openCommitStatus(
  flags: FrontdoorFlags,
  location: RulesLocation,
  parts: CommitStatusParts,
): CommitStatus | undefined {
  const host = flags.commit_status as CommitStatusHost | undefined;
  if (host === undefined) return undefined;
  const token = flags.commit_status_token?.trim();
  if (token === undefined || token === "") {
    throw invalid("--commit_status needs --commit_status_token=file://FILE");
  }
  if (location.kind !== "git") throw invalid("--commit_status needs rules in a repository");
  const { project } = location;
  const url = flags.commit_status_url ?? (location.host && statusUrlOf(host, location.host));
  if (project === undefined || url === undefined) {
    throw invalid("--commit_status needs a repository on a host: git+ssh://… or git+https://…");
  }
  return new CommitStatus({ host, url: url.replace(/\/+$/, ""), project, token, ...parts });
}

function invalid(message: string): CodedError {
  return new CodedError("CONFIGURATION_INVALID", message);
}
