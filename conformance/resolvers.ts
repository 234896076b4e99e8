/**
 * Resolvers of languages, without any library of ours: Go's, Java's (JNDI), and Node's below a package
 * from npm that reads mesos-dns's names. Each is asked for ports and addresses of a service, for a name
 * whose answer takes TCP, and for one that is not there.
 */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Check, Client } from "./client.ts";
import { manyInstances, withServices } from "./cluster-dns.ts";
import { buildGo, findProgram, step } from "./toolchain.ts";

const wanted = {
  ports: [8001, 8002],
  addresses: ["10.9.0.1", "10.9.0.2"],
  many: manyInstances,
  isAbsent: true,
};

type CommandOf = (folder: string) => readonly [string, ...string[]];

/** `command`: to which the server and a name are added; it prints what it found. */
function finds(name: string, command: CommandOf): Check {
  return {
    name: "ports and addresses of a service, many over TCP, none",
    run: (cluster, folder) =>
      withServices(cluster, name, async ({ ip, port }) => {
        const [program, ...words] = command(folder);
        const { stdout } = await step(program, [...words, `${ip}:${port}`, name]);
        assert.deepEqual(JSON.parse(stdout), wanted);
      }),
  };
}

const here = import.meta.dirname;
const npmPackage = "mesos-dns-node-resolver@1.0.0";

function installed(folder: string): string {
  return join(folder, "node_modules/mesos-dns-node-resolver");
}

export const resolvers: readonly Client[] = [
  {
    name: "resolver-go",
    speaks: "DNS, Go's resolver",
    prepare: (folder) => buildGo(join(here, "resolver-go"), join(folder, "resolver")),
    checks: [finds("go", (folder) => [join(folder, "resolver")])],
  },
  {
    name: "resolver-java",
    speaks: "DNS, Java's client",
    async prepare() {
      return findProgram("java") === undefined ? "java is not installed" : undefined;
    },
    checks: [finds("java", () => ["java", join(here, "resolver-java/Resolver.java")])],
  },
  {
    name: "resolver-node",
    speaks: "DNS, mesos-dns-node-resolver from npm",
    async prepare(folder) {
      if (existsSync(installed(folder))) return undefined;
      const install = ["install", "--no-save", "--prefix", folder, npmPackage];
      await step("npm", install, { timeoutMs: 120_000 });
      return undefined;
    },
    checks: [
      finds("node", (folder) => {
        return [process.execPath, join(here, "resolver-node/resolver.cjs"), installed(folder)];
      }),
    ],
  },
];
