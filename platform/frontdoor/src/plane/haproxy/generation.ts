/** One process with all that it was started with. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import type { RuleSet } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";
import { backendsByService, type CompiledRules } from "./compiled-rules.ts";
import { type ConfigOptions, formatConfig, logSocketName, socketName } from "./format-config.ts";
import { rulesMap } from "./format-frontend.ts";
import { formatRulesMap } from "./handed-on-rules.ts";
import { HaproxyProcess } from "./haproxy-process.ts";
import { LineCutter } from "./log-line.ts";
import { LogReceiver } from "./log-receiver.ts";

export interface Generation {
  /** Others that come to the same may take their place. */
  rules: RuleSet;
  compiled: CompiledRules;
  /** Those that come to the same have the same. */
  readonly backends: ReadonlyMap<ServiceName, readonly string[]>;
  readonly process: HaproxyProcess;
  readonly folder: string;
  readonly log: LogReceiver;
}

export interface GenerationOptions {
  readonly rules: RuleSet;
  readonly compiled: CompiledRules;
  readonly config: ConfigOptions;
  readonly binary: string;
  /** For its runtime API; undefined: as usual. */
  readonly answerMs: number | undefined;
  readonly before: HaproxyProcess | undefined;
  /** Services whose rules are the in-process plane's. */
  readonly handedOn: ReadonlySet<ServiceName>;
  onLine(from: Generation, line: string): void;
}

/**
 * Serves when it resolves, and the one before it finishes. Rejects, leaving nothing, with HAPROXY_START, or
 * with HAPROXY_FILES when its folder cannot be written (a disk that is full).
 */
export async function startGeneration(options: GenerationOptions): Promise<Generation> {
  const { rules, compiled, config, binary, answerMs, before } = options;
  const { folder } = config;
  const onLine = (line: string): void => options.onLine(generation, line);
  const { configFile, log } = await writeFiles(options, onLine);
  const socketPath = join(folder, socketName);
  const process = new HaproxyProcess({ binary, configFile, socketPath, answerMs, before });
  const backends = backendsByService(compiled);
  const generation: Generation = { rules, compiled, backends, process, folder, log };
  try {
    await process.untilServing();
  } catch (error) {
    await process.kill();
    log.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return generation;
}

async function writeFiles(
  { rules, compiled, config, handedOn }: GenerationOptions,
  onLine: (line: string) => void,
): Promise<{ configFile: string; log: LogReceiver }> {
  const { folder } = config;
  const { text, files } = formatConfig(rules, compiled, config);
  const map = formatRulesMap({ rules: rules.rules, compiled, services: handedOn });
  const configFile = join(folder, "haproxy.cfg");
  try {
    // Somebody may have removed what it is in.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // By name: the map that knows who is handed on takes the place of the one that does not.
    const all = new Map([...files, [rulesMap, map]]);
    await Promise.all(Array.from(all, ([name, content]) => writeFile(join(folder, name), content)));
    await writeFile(configFile, text, { mode: 0o600 });
    const log = await LogReceiver.listen(join(folder, logSocketName), () => {
      const cutter = new LineCutter(onLine);
      return (piece) => cutter.add(piece);
    });
    return { configFile, log };
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    const problem = "cannot write what HAProxy is to be started with";
    throw new CodedError("HAPROXY_FILES", problem, { folder }, { cause });
  }
}
