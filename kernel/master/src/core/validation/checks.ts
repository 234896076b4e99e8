/**
 * Health checks and checks of tasks.
 */

import type { CheckInfo, CommandInfo, HealthCheck } from "@tavola/protocol";
import { validateCommandInfo } from "./command-info.ts";

export function validateHealthCheck(check: HealthCheck): string | undefined {
  switch (check.type) {
    case undefined:
      return "HealthCheck must specify 'type'";
    case "COMMAND":
      if (!check.command) return "Expecting 'command' to be set for COMMAND health check";
      return (
        validateCheckCommand(check.command, "Command health check", "Health check's") ??
        validateDurations(check)
      );
    case "HTTP":
      if (!check.http) return "Expecting 'http' to be set for HTTP health check";
      return (
        validateScheme(check.http.scheme) ??
        validatePath(check.http.path, "HTTP health check") ??
        validateDurations(check)
      );
    case "TCP":
      if (!check.tcp) return "Expecting 'tcp' to be set for TCP health check";
      return validateDurations(check);
    default:
      return `'${check.type}' is not a valid health check type`;
  }
}

export function validateCheck(check: CheckInfo): string | undefined {
  switch (check.type) {
    case undefined:
      return "CheckInfo must specify 'type'";
    case "COMMAND":
      if (!check.command) return "Expecting 'command' to be set for COMMAND check";
      return (
        validateCheckCommand(check.command.command, "Command check", "Check's") ??
        validateDurations(check)
      );
    case "HTTP":
      if (!check.http) return "Expecting 'http' to be set for HTTP check";
      return validatePath(check.http.path, "HTTP check") ?? validateDurations(check);
    case "TCP":
      if (!check.tcp) return "Expecting 'tcp' to be set for TCP check";
      return validateDurations(check);
    default:
      return `'${check.type}' is not a valid check type`;
  }
}

function validateCheckCommand(
  command: CommandInfo,
  subject: string,
  owner: string,
): string | undefined {
  if (command.value === undefined) {
    const wanted = (command.shell ?? true) ? "'shell command'" : "'executable path'";
    return `${subject} must contain ${wanted}`;
  }
  const error = validateCommandInfo(command);
  return error === undefined ? undefined : `${owner} \`CommandInfo\` is invalid: ${error}`;
}

function validateScheme(scheme: string | undefined): string | undefined {
  if (scheme === undefined || scheme === "http" || scheme === "https") return undefined;
  return `Unsupported HTTP health check scheme: '${scheme}'`;
}

function validatePath(path: string | undefined, subject: string): string | undefined {
  if (path === undefined || path.startsWith("/")) return undefined;
  return `The path '${path}' of ${subject} must start with '/'`;
}

const durationFields = [
  "delay_seconds",
  "grace_period_seconds",
  "interval_seconds",
  "timeout_seconds",
] as const;

function validateDurations(
  check: Partial<Record<(typeof durationFields)[number], number>>,
): string | undefined {
  const negative = durationFields.find((field) => (check[field] ?? 0) < 0);
  return negative === undefined ? undefined : `Expecting '${negative}' to be non-negative`;
}
