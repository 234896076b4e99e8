/**
 * Load by `wrk` (Debian's package of that name), which costs a few microseconds a request, so that on
 * a small machine what is measured is not the generator.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadFigures {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  readonly requests: number;
  /** Connections that broke, answers that did not come, and answers that were not 2xx or 3xx. */
  readonly failed: number;
}

const binary = "/usr/bin/wrk";

/** Undefined: it is here. */
export function wrkMissing(): string | undefined {
  return existsSync(binary) ? undefined : `${binary} is missing: apt-get install wrk`;
}

export async function runWrk({ url, connections, seconds }: LoadOptions): Promise<LoadFigures> {
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "20s", "--latency", url];
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`wrk ended with ${code}:\n${said}`);
  return parseWrk(said);
}

/** What wrk prints at its end. */
export function parseWrk(text: string): LoadFigures {
  const figure = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const late = /99%\s+([\d.]+)(us|ms|s|m)\b/.exec(text);
  const unitMs = { us: 0.001, ms: 1, s: 1000, m: 60_000 }[late?.[2] ?? "ms"] ?? Number.NaN;
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const broken = (errors?.slice(1) ?? []).reduce((sum, count) => sum + Number(count), 0);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const figures = {
    requestsPerSecond: figure(/Requests\/sec:\s+([\d.]+)/),
    requests: figure(/(\d+) requests in/),
    p99Ms: Number(late?.[1] ?? Number.NaN) * unitMs,
    failed: broken + refused,
  };
  if (Object.values(figures).some(Number.isNaN))
    throw new Error(`cannot read wrk's words:\n${text}`);
  return figures;
}
