/** One process with all that it was started with. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RuleSet } from "../../core/routing-table.ts";
import type { ServiceName } from "../../core/rule.ts";
import { backendsByService, type CompiledRules } from "./compiled-rules.ts";
import { type ConfigOptions, formatConfig, logSocketName, socketName } from "./format-config.ts";
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
  readonly before: HaproxyProcess | undefined;
  onLine(from: Generation, line: string): void;
}

/** Serves when it resolves, and the one before it finishes. Rejects, leaving nothing, when it cannot. */
export async function startGeneration(options: GenerationOptions): Promise<Generation> {
  const { rules, compiled, config, binary, before, onLine } = options;
  const { folder } = config;
  await mkdir(folder, { mode: 0o700 });
  const { text, files } = formatConfig(rules, compiled, config);
  await Promise.all([...files].map(([name, content]) => writeFile(join(folder, name), content)));
  const configFile = join(folder, "haproxy.cfg");
  await writeFile(configFile, text, { mode: 0o600 });
  const log = await LogReceiver.listen(join(folder, logSocketName), () => {
    const cutter = new LineCutter((line) => onLine(generation, line));
    return (piece) => cutter.add(piece);
  });
  const socketPath = join(folder, socketName);
  const process = new HaproxyProcess({ binary, configFile, socketPath, before });
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
