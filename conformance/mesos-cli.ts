/**
 * Mesos's own command line tool, as `avmesos-cli` on PyPI distributes it, unmodified: it looks the
 * leader up in ZooKeeper (`[master.zookeeper]` of its configuration), then reads the JSON endpoints.
 *
 * Only what it needs of what it asks for is installed: it names its build tools among its needs.
 */

import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "@tavola/harness";
import type { Client } from "./client.ts";
import type { Masters } from "./masters.ts";
import { findProgram, step } from "./toolchain.ts";

const here = join(import.meta.dirname, "mesos-cli");
const installMs = 180_000;

/** Its main program; `-P` keeps Python from taking the modules beside it for others of their names. */
function programIn(folder: string): readonly string[] {
  const library = join(folder, "venv/lib");
  const [version = ""] = readdirSync(library);
  const main = join(library, version, "site-packages/avmesos/cli/mesos-cli.py");
  return [join(folder, "venv/bin/python"), "-P", main];
}

async function prepare(folder: string): Promise<string | undefined> {
  const python = findProgram("python3");
  if (python === undefined) return "python3 is not installed";
  if (existsSync(join(folder, "ready"))) return undefined;
  const suits = "import sys; sys.exit(sys.version_info[:2] != (3, 11))";
  if ((await runProcess(python, ["-c", suits])).code !== 0) return "it needs Python 3.11";
  const made = await runProcess(python, ["-m", "venv", join(folder, "venv")]);
  if (made.code !== 0) return "python3 cannot make a venv (Debian package python3-venv)";
  const install = ["install", "--no-deps", "-r", join(here, "requirements.txt")];
  await step(join(folder, "venv/bin/pip"), install, { timeoutMs: installMs });
  await step("touch", [join(folder, "ready")]);
  return undefined;
}

async function listsAgents(masters: Masters, folder: string): Promise<void> {
  const config = join(folder, "config.toml");
  const servers = JSON.stringify(masters.zkServers.split(","));
  writeFileSync(config, `[master.zookeeper]\naddresses = ${servers}\npath = "/mesos"\n`);
  const [program = "", ...words] = programIn(folder);
  const { stdout } = await step(program, [...words, "agent", "list"], {
    environment: { MESOS_CLI_CONFIG: config },
    timeoutMs: 30_000,
  });
  const answer = await fetch(`${await masters.leader()}/slaves`);
  const { slaves } = (await answer.json()) as { slaves: { id: string }[] };
  assert.equal(slaves.length, masters.cluster.agents.length);
  for (const { id } of slaves) assert.match(stdout, new RegExp(`^${id}\\s.*\\sTrue\\s*$`, "m"));
}

export const mesosCli: Client = {
  name: "mesos-cli",
  speaks: "ZooKeeper, JSON endpoints",
  prepare,
  checks: [
    {
      name: "lists agents from the leader that ZooKeeper names, and from the next",
      async runWithMasters(masters, folder) {
        await listsAgents(masters, folder);
        await masters.killLeader();
        await masters.untilWhole();
        await listsAgents(masters, folder);
      },
    },
  ],
};
