/**
 * `npm run demo`: what this software does, shown on a real cluster, in a minute and in plain words.
 *
 * Every step checks what it shows. The first one that fails ends the demo with exit status 1 and the
 * reason; the cluster is taken down in any case, and that nothing of it is left is checked as well.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, startCluster } from "@tavola/harness";
import { detectCgroupMounts, readProcesses } from "@tavola/host";
import { firstRule, throughFrontdoor, updateUnderLoad } from "./demo/frontdoor-steps.ts";
import { interruption, stopCluster } from "./demo/interruption.ts";
import {
  killWhileCounting,
  runForeignFramework,
  runOnBothAgents,
  stopMemoryHog,
} from "./demo/kernel-steps.ts";
import { createRoutes, type Routes } from "./demo/routes.ts";
import { deployService, keepServing, runJobs } from "./demo/service-steps.ts";
import { check, DemoFailed, say } from "./demo/telling.ts";

function checkNothingIsLeft(cluster: Cluster): void {
  check(!existsSync(cluster.workDir), `${cluster.workDir} is still there`);
  const { v1, v2 } = detectCgroupMounts();
  const root = `tavola-up-${cluster.pid}`;
  for (const mount of [...v1.values(), ...(v2 === undefined ? [] : [v2])]) {
    check(!readdirSync(mount).includes(root), `the cgroup ${join(mount, root)} is still there`);
  }
  const alive = readProcesses().filter(({ pid }) => speaksOf(pid, cluster.workDir));
  check(alive.length === 0, `still running: ${alive.map(({ pid }) => pid).join(", ")}`);
}

function speaksOf(pid: number, workDir: string): boolean {
  return ["cmdline", "environ"].some((name) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, "latin1").includes(workDir);
    } catch {
      return false; // It has just ended, or belongs to somebody else.
    }
  });
}

async function showOn(cluster: Cluster, routes: Routes): Promise<void> {
  say(
    `   three masters, of which ${cluster.master} leads; agents at ${cluster.agents.join(" and ")}`,
  );
  say(`   a scheduler of services and jobs at ${cluster.scheduler}`);
  say(`   discovery at ${cluster.discovery}, and a front door at ${cluster.frontdoor}`);
  await runOnBothAgents(cluster);
  await runForeignFramework(cluster);
  await stopMemoryHog(cluster);
  await killWhileCounting(cluster);
  await deployService(cluster);
  await keepServing(cluster);
  await throughFrontdoor(cluster, routes);
  await updateUnderLoad(cluster);
  await runJobs(cluster);
}

async function show(): Promise<void> {
  const interrupted = interruption();
  interrupted.catch(() => undefined); // It may come before anybody waits for it.
  say("1. A cluster from one command: `tavola up --masters=3`");
  const routes = createRoutes(`${firstRule}\n`);
  const cluster = await startCluster({
    schedulers: 1,
    discoveries: 1,
    frontdoorRules: routes.location,
    arguments: ["--masters=3"],
  }).catch((error: unknown) => {
    routes.remove();
    throw error;
  });
  try {
    await Promise.race([showOn(cluster, routes), interrupted]);
  } finally {
    say("\n11. Taking it down");
    routes.remove();
    await stopCluster(cluster);
  }
  checkNothingIsLeft(cluster);
  say("   no process, cgroup or file is left\n\nAll of it worked.");
}

const startedAt = performance.now();
try {
  await show();
  say(`(${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  if (!(error instanceof DemoFailed) && error instanceof Error && error.cause !== undefined) {
    console.error(error.cause);
  }
  // A step that was cut short may still wait for something.
  process.exit(1);
}
