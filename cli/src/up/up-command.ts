/**
 * `tavola up`: a whole cluster on this machine, for as long as it stays in the foreground.
 */

import { mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError, describeError } from "@tavola/base";
import type { Command } from "../command.ts";
import { exitStatus } from "../exit-status.ts";
import { type Interrupts, processInterrupts } from "../run/interrupts.ts";
import type { Terminal } from "../terminal.ts";
import { Cluster, type StartedCluster } from "./cluster.ts";
import { type ClusterPlanOptions, schedulerStoreOf, storeOf } from "./cluster-plan.ts";
import { followLeadingMaster } from "./leading-master.ts";
import { removeDirectory } from "./leftovers.ts";
import { readMachine } from "./machine-share.ts";
import { ReadyFile } from "./ready-file.ts";
import { frontdoorRulesOf } from "./traffic-plan.ts";
import { parseUpOptions, type UpOptions } from "./up-options.ts";

const usage = `usage: tavola up [OPTIONS]

Brings up a cluster on this machine, a master, two agents, a scheduler, discovery and a front door, and stays
in the foreground. Ctrl-C (or SIGTERM) ends all of it, tasks included; a second one does not wait. The
agents share the machine: each offers an equal part of its cpus, memory, disk and ports. Of several
masters one leads; a daemon that is killed is started again.

  --masters=N          how many masters (default: 1)
  --zk=URL             where they elect their leader and keep the registry: zk://HOST:PORT,…/PATH,
                       etcd://…, sqlite:///FILE (default: a file in the work directory)
  --agents=N           how many agents (default: 2)
  --schedulers=N       how many schedulers of services and jobs; 0: none (default: 1)
  --discoveries=N      how many discovery servers; 0: none, and no front door (default: 1)
  --frontdoor-rules=R  rules of the front door: a file, or /PATH.git#BRANCH:FILE, git+ssh://…, git+https://…
                       (default: a file in the work directory)
  --frontdoor-port=PORT
                       where it takes requests (default: 8080); its status page is at 8081
  --no-frontdoor       none
  --ports=PORT         the first master's port, the others get the next (default: 5050, the scheduler's
                       7099, discovery's 7098); auto: free ones
  --work-dir=DIR       where sandboxes and checkpoints are kept (default: a temporary directory that
                       is removed at the end)
  --ready-file=PATH    written once all of it is ready:
                       {"master":URL,"masters":[URL…],"agents":[URL…],"scheduler":URL,
                       "discovery":URL,"frontdoor":URL,"pid":N};
                       "master" and "scheduler" lead; written again when another one does
  --log-format=json    logs as JSON, one object a line (default: text)
  --master.FLAG=VALUE  a flag of \`tavola master\`, such as --master.allocation_interval=500ms
  --agent.FLAG=VALUE   a flag of \`tavola agent\`, for every agent, such as --agent.resources=cpus:4
  --scheduler.FLAG=VALUE
                       a flag of \`tavola scheduler\`, such as --scheduler.config=FILE
  --discovery.FLAG=VALUE, --frontdoor.FLAG=VALUE
                       flags of \`tavola discovery\` and \`tavola frontdoor\`
`;

export const upCommand: Command = {
  usage,
  async run(args, terminal) {
    const options = parseUpOptions(args);
    const interrupts = processInterrupts();
    try {
      return await up(options, terminal, interrupts);
    } finally {
      interrupts.close();
    }
  },
};

async function up(options: UpOptions, terminal: Terminal, interrupts: Interrupts): Promise<number> {
  const workDir = openWorkDir(options.workDir);
  const readyFile = options.readyFile === undefined ? undefined : new ReadyFile(options.readyFile);
  const tell = (line: string): void => terminal.tell(`tavola up: ${line}\n`);
  const plan = {
    ...options,
    workDir,
    cgroupsRoot: `tavola-up-${process.pid}`,
    machine: readMachine(workDir),
  };
  const cluster = new Cluster(plan, process.argv[1] ?? "", tell);
  let following: { close(): Promise<void> } | undefined;
  const interrupted = new Promise<"interrupted">((resolve) => {
    interrupts.onInterrupt((_, count) => {
      if (count > 1) void cluster.kill();
      resolve("interrupted");
    });
  });
  let status: number = exitStatus.ok;
  const fail = (error: unknown): void => {
    if (!(error instanceof CodedError)) throw error;
    tell(describeError(error));
    status = exitStatus.failed;
  };
  try {
    const started = cluster.start().then(
      async (running) => {
        await readyFile?.write(running);
        await announce(options, { ...running, workDir }, terminal);
        following = await follow(plan, running, { readyFile, tell });
        return cluster.broken;
      },
      (error: unknown) => error,
    );
    const end = await Promise.race([started, interrupted]);
    if (end !== "interrupted") fail(end);
  } finally {
    await following?.close();
    await cluster.stop().catch(fail);
    await readyFile?.remove();
    if (options.workDir === undefined) await removeDirectory(workDir);
  }
  return status;
}

function openWorkDir(given: string | undefined): string {
  if (given === undefined) return realpathSync(mkdtempSync(join(tmpdir(), "tavola-up-")));
  try {
    mkdirSync(given, { recursive: true });
    return realpathSync(given);
  } catch (cause) {
    throw new CodedError("CANNOT_WRITE", `cannot make the work directory ${given}`, {}, { cause });
  }
}

/** Says who leads from now on, to people and in the ready file. */
async function follow(
  plan: ClusterPlanOptions,
  started: StartedCluster,
  world: { readonly readyFile: ReadyFile | undefined; readonly tell: (line: string) => void },
): Promise<{ close(): Promise<void> }> {
  let now = started;
  const leads = (change: Partial<StartedCluster>, url: string): void => {
    now = { ...now, ...change };
    world.tell(`${url} leads now`);
    const written = world.readyFile?.write(now);
    written?.catch((error: unknown) => world.tell(describeError(error)));
  };
  const followed: { close(): Promise<void> }[] = [];
  const store = storeOf(plan);
  if (store !== undefined) {
    followed.push(
      followLeadingMaster(store, (master) => {
        if (master !== now.master) leads({ master }, master);
      }),
    );
  }
  if (started.schedulers.length > 1) {
    const { followLeadingScheduler } = await import("./leading-scheduler.ts");
    followed.push(
      followLeadingScheduler(schedulerStoreOf(plan), (url) => {
        if (url === now.schedulers[0]) return;
        leads({ schedulers: [url, ...now.schedulers.filter((each) => each !== url)] }, url);
      }),
    );
  }
  return {
    async close() {
      await Promise.all(followed.map((each) => each.close()));
    },
  };
}

async function announce(
  options: UpOptions,
  cluster: StartedCluster & { readonly workDir: string },
  terminal: Terminal,
): Promise<void> {
  const { master, masters, agents, schedulers, discoveries, frontdoor, workDir } = cluster;
  const addresses = masters.map((url) => new URL(url).host).join(",");
  const masterOption = addresses === "127.0.0.1:5050" ? "" : ` --master=${addresses}`;
  const lines = [
    "The cluster is up.",
    ...masters.map((url, index) =>
      masters.length === 1
        ? `  master   ${url}`
        : `  master ${index + 1} ${url}${url === master ? "  (leads)" : ""}`,
    ),
    ...agents.map(({ url, resources }, index) => `  agent ${index + 1}  ${url}  ${resources}`),
    ...schedulers.map((url) => `  services ${url}`),
    ...discoveries.map((url) => `  discovery ${url}`),
    ...(frontdoor === undefined
      ? []
      : [`  front door ${frontdoor}  rules ${frontdoorRulesOf({ ...options, workDir })}`]),
    `  files    ${workDir}${options.workDir === undefined ? " (removed at the end)" : ""}`,
    `Try: tavola run${masterOption} -- 'echo hello from $(hostname)'`,
    "Ctrl-C ends all of it.",
  ];
  await terminal.write(`${lines.join("\n")}\n`);
}
