/**
 * Singularity's Java client (`com.hubspot:SingularityClient`) from Maven Central, unmodified: the
 * scheduler's API, as services, jobs and operators use it.
 */

import { join } from "node:path";
import { type Cluster, runProcess } from "@tavola/harness";
import type { Client } from "./client.ts";
import { exampleService } from "./example-service.ts";
import { findProgram, step } from "./toolchain.ts";

const here = join(import.meta.dirname, "singularity-java");
const buildMs = 300_000;
const stories = ["services", "deploys", "jobs", "tasks", "machines", "operations"] as const;

/** What each story is about, as the report calls it. */
const names: Readonly<Record<(typeof stories)[number], string>> = {
  services: "a service: deploy, scale, bounce, replace, pause, delete",
  deploys: "deploys that fail, are cancelled, go in steps, change their request",
  jobs: "jobs on demand, by cron and once; runs tracked by their ids",
  tasks: "tasks: sandboxes, histories, commands, logs",
  machines: "agents and racks: decommissioned, frozen, activated",
  operations: "state, disasters, groups, webhooks, rights, usage",
};

/** The client's Guice defines classes in a way that Java 17 allows only when told to. */
const opened = ["--add-opens", "java.base/java.lang=ALL-UNNAMED"];

async function tell(story: string, cluster: Cluster, folder: string): Promise<void> {
  const classPath = `${join(folder, "classes")}:${join(folder, "lib/*")}`;
  const main = ["-cp", classPath, "tavola.conformance.Main", story];
  const { scheduler = "" } = cluster;
  await step("java", [...opened, ...main, scheduler, exampleService], { timeoutMs: 120_000 });
}

export const singularityJava: Client = {
  name: "singularity-java",
  speaks: "Singularity's API, from Java",
  async prepare(folder) {
    for (const program of ["mvn", "javac", "java"]) {
      if (findProgram(program) === undefined) return `${program} is not installed`;
    }
    const maven = ["-B", "-q", "-ntp", `-DoutputFolder=${folder}`];
    const output = [`-DoutputDirectory=${join(folder, "lib")}`, "-DincludeScope=runtime"];
    const fetch = [...maven, ...output, "dependency:copy-dependencies"];
    const fetched = await runProcess("mvn", fetch, { cwd: here, timeoutMs: buildMs });
    if (fetched.code !== 0) {
      const why = /^\[ERROR\] (.*)$/m.exec(fetched.stdout)?.[1] ?? "no reason given";
      return `Maven cannot bring the client: ${why}`;
    }
    await step("mvn", [...maven, "compile"], { cwd: here, timeoutMs: buildMs });
    return undefined;
  },
  checks: stories.map((story) => ({
    name: names[story],
    run: (cluster, folder) => tell(story, cluster, folder),
  })),
};
