/**
 * The options about logs that every daemon has besides its flags; they are ours, not Mesos's.
 */

import { usageError } from "../command.ts";

/** For usage texts. */
export const logOptionsHelp = `  --log-format=VALUE (default: text)
      Logs as lines for people (text) or as JSON objects, one a line (json); on standard error.
  --log-name=VALUE
      What the daemon calls itself in its log.
`;

export interface LogOptions {
  readonly logFormat: "text" | "json";
  readonly logName: string | undefined;
  /** The other arguments. */
  readonly rest: readonly string[];
}

/** Throws a usage error. */
export function takeLogOptions(args: readonly string[]): LogOptions {
  const isOurs = (arg: string): boolean => /^--log[-_](format|name)=/.test(arg);
  const given = (name: RegExp): string | undefined => {
    const arg = args.filter((each) => isOurs(each) && name.test(each)).at(-1);
    return arg?.slice(arg.indexOf("=") + 1);
  };
  const logFormat = given(/^--log.format/) ?? "text";
  if (logFormat !== "text" && logFormat !== "json") {
    throw usageError(`--log-format is "${logFormat}"; wanted text or json`);
  }
  return { logFormat, logName: given(/^--log.name/), rest: args.filter((arg) => !isOurs(arg)) };
}
