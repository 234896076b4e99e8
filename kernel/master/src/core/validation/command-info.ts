/**
 * CommandInfo: its environment, whose variables are values or secrets.
 */

import type { CommandInfo, Environment_Variable, Secret } from "@tavola/protocol";

export function validateCommandInfo(command: CommandInfo): string | undefined {
  for (const variable of command.environment?.variables ?? []) {
    const error = validateVariable(variable);
    if (error !== undefined) return error;
  }
  return undefined;
}

function validateVariable(variable: Environment_Variable): string | undefined {
  const prefix = `Environment variable '${variable.name}'`;
  switch (variable.type ?? "VALUE") {
    case "SECRET":
      return validateSecretVariable(variable, prefix);
    case "VALUE":
      if (variable.value === undefined) return `${prefix} of type 'VALUE' must have a value set`;
      if (variable.secret) return `${prefix} of type 'VALUE' must not have a secret set`;
      return undefined;
    default:
      return "Environment variable of type 'UNKNOWN' is not allowed";
  }
}

function validateSecretVariable(
  variable: Environment_Variable,
  prefix: string,
): string | undefined {
  const { secret } = variable;
  if (secret === undefined) return `${prefix} of type 'SECRET' must have a secret set`;
  if (variable.value !== undefined) return `${prefix} of type 'SECRET' must not have a value set`;
  const error = validateSecret(secret);
  if (error !== undefined) return `${prefix} specifies an invalid secret: ${error}`;
  if (secret.value?.data.includes(0)) {
    return `${prefix} specifies a secret containing null bytes, which is not allowed in the environment`;
  }
  return undefined;
}

function validateSecret(secret: Secret): string | undefined {
  if (secret.type === "REFERENCE") {
    if (!secret.reference) return "Secret of type REFERENCE must have the 'reference' field set";
    if (!secret.value) return undefined;
    return `Secret '${secret.reference.name}' of type REFERENCE must not have the 'value' field set`;
  }
  if (secret.type === "VALUE") {
    if (!secret.value) return "Secret of type VALUE must have the 'value' field set";
    if (secret.reference) return "Secret of type VALUE must not have the 'reference' field set";
  }
  return undefined;
}
