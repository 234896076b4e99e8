/**
 * One run of the `git` binary: no shell, no prompt, a bounded time and a bounded output.
 *
 * What it is given of our environment is what it needs to reach a repository; it runs in a session of
 * its own, so that when its time is over ssh and all else that it started end with it.
 */

import { spawn } from "node:child_process";
import { CodedError } from "@tavola/base";
import type { Clock } from "@tavola/host";

export interface GitRun {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Default 64 KiB. */
  readonly outputBytesMax?: number;
  /** Of an `Authorization` header to HTTP servers. Arguments are seen by everybody, variables are not. */
  readonly authorization?: string | undefined;
}

const limits = { outputBytesMax: 64 * 1024, errorBytesMax: 16 * 1024 } as const;

const inherited = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "XDG_CONFIG_HOME",
  "SSH_AUTH_SOCK",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSL_CAINFO",
  "SSL_CERT_FILE",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
] as const;

const settings = [
  // Nothing in the background, nothing of the repository's own runs here.
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.askPass", "/bin/false"],
  ["credential.interactive", "false"],
  // A server that sends nothing for ten seconds is away.
  ["http.lowSpeedLimit", "1"],
  ["http.lowSpeedTime", "10"],
  ["protocol.ext.allow", "never"],
  ["advice.detachedHead", "false"],
] as const;

/**
 * What it wrote to standard output. Rejects with a CodedError: GIT_MISSING when there is no `git`,
 * GIT_FAILED (transient) with what it wrote to standard error, ABORTED.
 */
export function runGit(run: GitRun): Promise<string> {
  const { args, signal, clock, timeoutMs, outputBytesMax = limits.outputBytesMax } = run;
  const what = `git ${args.find((arg) => !arg.startsWith("-")) ?? ""}`;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(what));
    const options = settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawn("git", [...options, ...args], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...environmentOf(run.environment), ...secretOf(run.authorization) },
    });
    const output: Buffer[] = [];
    let outputBytes = 0;
    let errors = "";
    let failure: CodedError | undefined;
    const end = (why: CodedError): void => {
      failure ??= why;
      killSession(child.pid);
    };
    const abort = (): void => end(aborted(what));
    const late = `${what} did not end within ${timeoutMs} ms`;
    const timer = clock.after(timeoutMs, () => end(gitFailed(late)));
    signal.addEventListener("abort", abort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      outputBytes += chunk.length;
      if (outputBytes > outputBytesMax)
        end(gitFailed(`${what} wrote more than ${outputBytesMax} bytes`));
      else output.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (errors.length < limits.errorBytesMax) errors += chunk.toString("utf8");
    });
    const settle = (outcome: () => void): void => {
      timer.cancel();
      signal.removeEventListener("abort", abort);
      outcome();
    };
    child.once("error", (cause) => {
      const error = new CodedError("GIT_MISSING", "cannot run git", {}, { cause });
      settle(() => reject(error));
    });
    child.once("close", (code, byWhat) => {
      settle(() => {
        if (failure !== undefined) reject(failure);
        else if (code === 0) resolve(Buffer.concat(output).toString("utf8"));
        else reject(gitFailed(`${what}: ${lastWords(errors) || `ended by ${byWhat ?? code}`}`));
      });
    });
  });
}

function environmentOf(given: GitRun["environment"]): Record<string, string> {
  const environment: Record<string, string> = {
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes -o ConnectTimeout=10",
  };
  for (const name of inherited) {
    const value = given[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** A server that leads elsewhere does not get it sent there. */
function secretOf(authorization: string | undefined): Record<string, string> {
  if (authorization === undefined) return {};
  return {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
    GIT_CONFIG_KEY_1: "http.followRedirects",
    GIT_CONFIG_VALUE_1: "false",
  };
}

function killSession(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function gitFailed(message: string): CodedError {
  return new CodedError("GIT_FAILED", message, {}, { transient: true });
}

function aborted(what: string): CodedError {
  return new CodedError("ABORTED", `${what} was given up`);
}

/** The lines in which git says what is wrong; addresses in them without passwords. */
function lastWords(errors: string): string {
  const lines = errors
    .replace(/(:\/\/)[^@/\s]*@/g, "$1***@")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const fatal = lines.filter((line) => /^(?:fatal|error|remote|ssh|Host|Permission)\b/.test(line));
  return (fatal.length > 0 ? fatal : lines).slice(-3).join("; ").slice(0, 500);
}
