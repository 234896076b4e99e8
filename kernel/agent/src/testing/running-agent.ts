/**
 * A whole agent on loopback with a scripted master and executors that run nothing, gone with its test.
 */

import type { TestContext } from "node:test";
import { type Disk, parseFlags, silentLogger } from "@tavola/host";
import { agentFlags } from "../flags.ts";
import type { RunningAgent } from "../shell/agent-daemon.ts";
import { startAgent } from "../shell/start-agent.ts";
import { FakeContainerizer, type FakeContainerizerOptions } from "./fake-containerizer.ts";
import { ScriptedMaster, type ScriptedMasterOptions } from "./scripted-master.ts";
import { agentId } from "./stepped-agent.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface RunningAgentFixture {
  readonly agent: RunningAgent;
  readonly master: ScriptedMaster;
  readonly containerizer: FakeContainerizer;
  readonly workDir: string;
}

export interface FixtureOptions {
  readonly arguments?: readonly string[];
  /** One that is handed on brings the executors of an earlier agent. */
  readonly containerizer?: FakeContainerizerOptions | FakeContainerizer;
  readonly master?: Partial<ScriptedMasterOptions>;
  readonly workDir?: string;
  readonly bootId?: string;
  readonly disk?: Disk;
}

export async function runningAgent(
  context: TestContext,
  options: FixtureOptions = {},
): Promise<RunningAgentFixture> {
  const workDir = options.workDir ?? (await temporaryFolder(context));
  const master = await ScriptedMaster.start({ agentId, acknowledges: true, ...options.master });
  const containerizer =
    options.containerizer instanceof FakeContainerizer
      ? options.containerizer
      : new FakeContainerizer(options.containerizer);
  context.after(async () => {
    await master.close();
    await containerizer.close();
  });
  const given = options.arguments ?? [];
  const isGiven = (flag: string): boolean =>
    given.some((each) => each.split("=")[0] === flag.split("=")[0]);
  const flags = parseFlags(agentFlags, {
    arguments: [
      `--master=${master.address}`,
      `--work_dir=${workDir}`,
      "--ip=127.0.0.1",
      "--port=0",
      "--hostname=localhost",
      "--resources=cpus:4;mem:4000;disk:10000;ports:[31000-32000]",
      "--attributes=rack:r1;level:10",
      "--registration_backoff_factor=10ms",
    ]
      .filter((each) => !isGiven(each))
      .concat(given),
    environment: {},
  });
  if (flags.error !== undefined) throw new Error(flags.error);
  const agent = await startAgent({
    flags: flags.value.values,
    flagsShown: flags.value.shown,
    logger: silentLogger,
    containerizer,
    environment: { PATH: "/bin:/usr/bin" },
    ...(options.bootId !== undefined && { bootId: options.bootId }),
    ...(options.disk !== undefined && { disk: options.disk }),
  });
  context.after(() => agent.close());
  return { agent, master, containerizer, workDir };
}
