/**
 * OpenTable's checks for Nagios, both of them, from PyPI and unmodified: they ask discovery's `/state`
 * for the instances of a service and each instance for its health.
 *
 * They are written in Python 2.
 */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Cluster, type ProcessResult, runProcess } from "@tavola/harness";
import type { Client } from "./client.ts";
import { announce } from "./cluster-dns.ts";
import { findProgram, step } from "./toolchain.ts";

const here = join(import.meta.dirname, "opentable-checks");
const python = "python2.7";
/** For pyenv, which has a program of that name whatever version is chosen; to others it says nothing. */
const environment = { PYENV_VERSION: "2.7" };
/** Of Nagios plugins: their exit codes. */
const verdicts = { ok: 0, warning: 1, critical: 2 } as const;

async function prepare(folder: string): Promise<string | undefined> {
  if (findProgram(python) === undefined) return `${python} is not installed`;
  if (existsSync(join(folder, "ready"))) return undefined;
  const pip = await runProcess(python, ["-m", "pip", "--version"], { environment });
  if (pip.code !== 0) return `${python} has no pip`;
  const install = ["-m", "pip", "install", "--no-deps", "--target", join(folder, "packages")];
  const wanted = ["-r", join(here, "requirements.txt")];
  await step(python, [...install, ...wanted], { environment, timeoutMs: 180_000 });
  await step("touch", [join(folder, "ready")]);
  return undefined;
}

/** An instance that answers `/health` with this, announced until `close`. */
async function instanceOf(cluster: Cluster, serviceType: string, status: number) {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/health" ? status : 404).end("as it is");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const serviceUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const announced = await announce(cluster, serviceType, serviceUri);
  return {
    close: async (): Promise<void> => {
      await announced.withdraw();
      server.close();
    },
  };
}

function check(program: string) {
  return async (cluster: Cluster, folder: string): Promise<void> => {
    const { discovery = "" } = cluster;
    const ask = (service: string): Promise<ProcessResult> =>
      runProcess(
        python,
        [join(folder, "packages/bin", program), "-d", discovery, "-s", service, "-e", "/health"],
        { environment: { ...environment, PYTHONPATH: join(folder, "packages") } },
      );
    const service = `checked-${program}`;
    const absent = await ask(service);
    assert.equal(absent.code, verdicts.critical, absent.stdout + absent.stderr);
    const well = [await instanceOf(cluster, service, 200), await instanceOf(cluster, service, 200)];
    const fine = await ask(service);
    assert.equal(fine.code, verdicts.ok, fine.stdout + fine.stderr);
    const ill = await instanceOf(cluster, service, 503);
    const failing = await ask(service);
    assert.equal(failing.code, verdicts.critical, failing.stdout + failing.stderr);
    await ill.close();
    const mended = await ask(service);
    assert.equal(mended.code, verdicts.ok, mended.stdout + mended.stderr);
    for (const instance of well) await instance.close();
  };
}

export const openTableChecks: Client = {
  name: "opentable-checks",
  speaks: "OpenTable's discovery protocol: its state",
  prepare,
  checks: [
    { name: "otpl-service-check counts and asks instances", run: check("otpl-service-check") },
    { name: "check_mesos_service counts and asks instances", run: check("check_mesos_service.py") },
  ],
};
