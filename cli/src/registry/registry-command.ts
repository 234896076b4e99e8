/**
 * `tavola registry`: what survives the masters, looked at, saved, and brought back.
 */

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CodedError } from "@tavola/base";
import { parseStoreUrl, type StoreUrl } from "@tavola/coordination";
import { createLogger, writeFileAtomically } from "@tavola/host";
import { RegistryAdmin, type RegistrySummary } from "@tavola/master";
import { type Command, usageError } from "../command.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import type { Terminal } from "../terminal.ts";

const options = {
  zk: { type: "string" },
  "work-dir": { type: "string" },
  replace: { type: "boolean" },
  json: { type: "boolean" },
} as const satisfies OptionTable;

/** How long the store may take to answer. */
const patienceMs = 10_000;

const usage = `usage: tavola registry show [--json]
       tavola registry export FILE
       tavola registry import FILE [--replace]
       tavola registry init

What masters remember: agents, quota, weights, maintenance. \`show\` and \`export\` can be used while
masters run; end all masters before \`import\`. \`init\` makes an empty registry where there is none, for
masters that are started with --no-log_auto_initialize.

  --zk=URL             the masters' store, as their --zk has it
  --work-dir=DIR       or the work directory of a single master without --zk
  --replace            import: put the backup in place of the registry that is there
  --json               show: all of it, as Mesos's /registrar(1)/registry
`;

export const registryCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [verb = "", file, ...rest] = positionals;
    const takesFile = verb === "export" || verb === "import";
    if (!["show", "export", "import", "init"].includes(verb)) {
      throw usageError(
        verb === "" ? "say what to do: show, export, import or init" : `there is no "${verb}"`,
      );
    }
    if (takesFile && file === undefined) throw usageError(`${verb} needs a file`);
    const [unexpected] = takesFile ? rest : positionals.slice(1);
    if (unexpected !== undefined) throw usageError(`unexpected argument "${unexpected}"`);
    const url = storeUrl(values.zk, values["work-dir"]);
    if ((verb === "show" || verb === "export") && isMissing(url)) {
      throw new CodedError("REGISTRY_MISSING", `there is no registry: no file ${url.file}`);
    }
    const logger = createLogger({ name: "registry", format: "text", level: "warn" });
    const admin = await RegistryAdmin.open(url, { timeoutMs: patienceMs, logger });
    try {
      if (verb === "show") await show(admin, values.json === true, terminal);
      else if (verb === "init") await admin.init();
      else if (verb === "export") await save(admin, file as string, terminal);
      else await restore(admin, file as string, values.replace === true, terminal);
    } finally {
      await admin.close();
    }
    return 0;
  },
};

function storeUrl(zk: string | undefined, workDir: string | undefined): StoreUrl {
  if ((zk === undefined) === (workDir === undefined)) {
    throw usageError("name the store with either --zk=URL or --work-dir=DIR");
  }
  const { value, error } = parseStoreUrl(
    zk ?? `sqlite://${join(resolve(workDir ?? ""), "registry.db")}`,
  );
  if (error !== undefined) throw usageError(`--zk: ${error}`);
  return value;
}

/** Opening a store in a file would make it. */
function isMissing({ file }: StoreUrl): boolean {
  return file !== undefined && !existsSync(file);
}

async function show(admin: RegistryAdmin, asJson: boolean, terminal: Terminal): Promise<void> {
  if (asJson) await terminal.write(`${await admin.json()}\n`);
  else await terminal.write(formatSummary(await admin.summary()));
}

function formatSummary(summary: RegistrySummary): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ["store", summary.store],
    ["last written by", `${summary.writer} (epoch ${summary.epoch})`],
    ["size", `${summary.bytes} bytes`],
    ["agents admitted", summary.admitted],
    ["agents unreachable", summary.unreachable],
    ["agents gone", summary.gone],
    ["roles with quota", summary.quotas],
    ["roles with weights", summary.weights],
    ["machines in maintenance", summary.machines],
  ];
  return rows.map(([name, value]) => `${name.padEnd(24)} ${value}\n`).join("");
}

async function save(admin: RegistryAdmin, file: string, terminal: Terminal): Promise<void> {
  const backup = await admin.backup();
  await writeFileAtomically(file, backup);
  await terminal.write(`wrote ${backup.length} bytes to ${file}\n`);
}

async function restore(
  admin: RegistryAdmin,
  file: string,
  replaces: boolean,
  terminal: Terminal,
): Promise<void> {
  let backup: Uint8Array;
  try {
    backup = await readFile(file);
  } catch (cause) {
    throw new CodedError("CANNOT_READ", `cannot read the backup ${file}`, { file }, { cause });
  }
  await admin.restore(backup, { file, replaces });
  const { admitted, store } = await admin.summary();
  await terminal.write(
    `brought back ${admitted} agents, and all that goes with them, to ${store}\n`,
  );
}
