/**
 * What a master and an agent cost while there is nothing to do.
 *
 * A cluster of one master and one agent, as `tavola up --agents=1` starts it, with no framework.
 * Once the agent has registered: processor time over a minute, in percent of one processor
 * (`master-cpu`, `agent-cpu`), and at its end the proportional set size (`master-memory`,
 * `agent-memory`). `--seconds=N` makes the minute shorter or longer.
 */
import { startCluster } from "@tavola/harness";
import { amountOption } from "./measure/options.ts";
import { cpuShareOver, daemonOf, processesOf, pssBytesOf } from "./measure/processes.ts";
import { report } from "./report.ts";

const seconds = amountOption("seconds", 60);

const cluster = await startCluster({ agents: 1 });
try {
  const processes = processesOf(cluster.workDir);
  const master = daemonOf(processes, "master");
  const agent = daemonOf(processes, "agent");
  const [masterShare = 0, agentShare = 0] = await cpuShareOver(seconds, [[master], [agent]]);
  report("idle", `1 master, 1 agent, nothing to do for ${seconds} s`, [
    { name: "master-cpu", value: masterShare, unit: "%" },
    { name: "agent-cpu", value: agentShare, unit: "%" },
    { name: "master-memory", value: await pssBytesOf([master]), unit: "bytes" },
    { name: "agent-memory", value: await pssBytesOf([agent]), unit: "bytes" },
  ]);
} finally {
  await cluster.stop();
}
