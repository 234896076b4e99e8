/** Mesos's flag grammar (stout/flags), and the texts of `/flags` as a real Mesos shows them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { FlagTable } from "./flag-table.ts";
import { formatUsage, parseFlags } from "./flags.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

const table = {
  work_dir: { kind: "path", help: "Where state is kept.", required: true },
  port: { kind: "int", help: "Port to listen on.", default: 5050 },
  agent_ping_timeout: { kind: "duration", help: "Per ping.", default: 15_000 },
  fetcher_cache_size: { kind: "bytes", help: "At most.", default: 2 * 1024 ** 3 },
  gc_disk_headroom: {
    kind: "double",
    help: "Share to keep free.",
    default: 0.1,
    validate: (value: number) => (value > 1 ? `${value} is not within 0 and 1` : undefined),
  },
  hostname_lookup: { kind: "bool", help: "Resolve it.", default: true },
  quiet: { kind: "bool", help: "Log less.", default: false },
  roles: { kind: "string", help: "Which roles\nthere are.", aliases: ["role_names"] },
} as const satisfies FlagTable;

function parse(args: readonly string[], environment: Record<string, string | undefined> = {}) {
  return parseFlags(table, { arguments: args, environment });
}

function errorOf(args: readonly string[], environment: Record<string, string> = {}): string {
  const { error } = parse(args, environment);
  assert.notEqual(error, undefined, "expected an error");
  return error ?? "";
}

test("parseFlags() gives typed values, defaults among them, frozen", () => {
  const { value } = parse(["--work_dir=/w", "--port=80", "--agent_ping_timeout=1mins", "--quiet"]);
  assert.deepEqual(value?.values, {
    work_dir: "/w",
    port: 80,
    agent_ping_timeout: 60_000,
    fetcher_cache_size: 2_147_483_648,
    gc_disk_headroom: 0.1,
    hostname_lookup: true,
    quiet: true,
    roles: undefined,
  });
  assert.ok(Object.isFrozen(value?.values));
  const port: number | undefined = value?.values.port;
  assert.equal(port, 80);
});

test("parseFlags() shows every flag that has a value as Mesos would", () => {
  const { value } = parse([
    "--work_dir=/w",
    "--agent_ping_timeout=90secs",
    "--fetcher_cache_size=2048MB",
  ]);
  assert.deepEqual(value?.shown, {
    agent_ping_timeout: "90secs",
    fetcher_cache_size: "2GB",
    gc_disk_headroom: "0.1",
    hostname_lookup: "true",
    port: "5050",
    quiet: "false",
    work_dir: "/w",
  });
});

test("booleans are set by name, by no- and by value", () => {
  const of = (...args: string[]) => parse(["--work_dir=/w", ...args]).value?.values;
  assert.equal(of("--no-hostname_lookup")?.hostname_lookup, false);
  assert.equal(of("--no-hostname-lookup")?.hostname_lookup, false);
  assert.equal(of("--hostname_lookup=0")?.hostname_lookup, false);
  assert.equal(of("--hostname_lookup=")?.hostname_lookup, true);
  assert.equal(of("--quiet=true")?.quiet, true);
});

test("names may have dashes, capitals, aliases, and slave for agent", () => {
  const { value } = parse(["--Work-Dir=/w", "--slave_ping_timeout=3secs", "--role_names=a,b"]);
  assert.equal(value?.values.work_dir, "/w");
  assert.equal(value?.values.agent_ping_timeout, 3000);
  assert.equal(value?.values.roles, "a,b");
  assert.equal(value?.shown["agent_ping_timeout"], "3secs");
});

test("the environment counts, arguments win, and unknown variables are ignored", () => {
  const environment = {
    MESOS_WORK_DIR: "/env",
    MESOS_port: "1",
    MESOS_SLAVE_PING_TIMEOUT: "2secs",
    MESOS_NATIVE_JAVA_LIBRARY: "/lib",
    MESOS_QUIET: undefined,
    WORK_DIR: "/other",
  };
  const { value } = parse(["--port=2"], environment);
  assert.equal(value?.values.work_dir, "/env");
  assert.equal(value?.values.port, 2);
  assert.equal(value?.values.agent_ping_timeout, 2000);
  assert.equal(
    parseFlags(table, { arguments: [], environment: { T_WORK_DIR: "/t" }, prefix: "T_" }).value
      ?.values.work_dir,
    "/t",
  );
});

test("a value may be read from a file, but a path is never", async (context) => {
  const folder = await temporaryFolder(context);
  await writeFile(join(folder, "port"), "5051\n");
  await writeFile(join(folder, "roles"), "a,b");
  const { value } = parse([
    `--work_dir=file://${folder}`,
    `--port=file://${folder}/port`,
    `--roles=file://${folder}/roles`,
  ]);
  assert.equal(value?.values.work_dir, folder);
  assert.equal(value?.values.port, 5051);
  assert.equal(value?.shown["roles"], "a,b");
  const error = errorOf(["--work_dir=/w", `--roles=file://${folder}/none`]);
  assert.match(error, /^Failed to load flag 'roles': Error reading file '.*\/none': /);
});

test("an unknown flag is named, with the nearest that there is", () => {
  assert.equal(
    errorOf(["--worrk_dir=/w"]),
    "Failed to load unknown flag 'worrk_dir'; did you mean '--work_dir'?",
  );
  assert.equal(errorOf(["--xyzzy"]), "Failed to load unknown flag 'xyzzy'");
  assert.match(errorOf(["--no-hostname_lokup"]), /did you mean '--hostname_lookup'/);
});

test("a malformed value is named with its flag and what was expected", () => {
  assert.equal(
    errorOf(["--work_dir=/w", "--port=eighty"]),
    "Failed to load flag 'port': 'eighty' is not a whole number",
  );
  assert.match(
    errorOf(["--work_dir=/w", "--agent_ping_timeout=15"]),
    /^Failed to load flag 'agent_ping_timeout': '15' is not a duration; expected a number and one of/,
  );
  assert.match(
    errorOf(["--work_dir=/w", "--fetcher-cache-size=1.5GB"]),
    /^Failed to load flag 'fetcher-cache-size': '1.5GB' is not a number of bytes/,
  );
  assert.match(
    errorOf(["--work_dir=/w", "--quiet=yes"]),
    /'yes' is not a boolean; expected true or false/,
  );
  assert.match(errorOf(["--work_dir=/w", "--gc_disk_headroom=a"]), /'a' is not a number/);
  assert.match(
    errorOf(["--work_dir=/w"], { MESOS_PORT: "x" }),
    /^Failed to load flag 'MESOS_PORT': 'x' is not a whole number/,
  );
});

test("a flag's own rule is checked, on its default too", () => {
  assert.equal(
    errorOf(["--work_dir=/w", "--gc_disk_headroom=2"]),
    "Invalid value for flag 'gc_disk_headroom': 2 is not within 0 and 1",
  );
});

test("what Mesos refuses is refused: duplicates, no- on others, missing values, what is required", () => {
  const refused: [string[], string][] = [
    [["--port=1", "--port=2"], "Flag 'port' is already loaded via name 'port'"],
    [
      ["--agent_ping_timeout=1secs", "--slave_ping_timeout=1secs"],
      "Flag 'slave_ping_timeout' is already loaded via name 'agent_ping_timeout'",
    ],
    [["--quiet", "--no-quiet"], "Flag 'no-quiet' is already loaded via name 'quiet'"],
    [["--work_dir"], "Failed to load flag 'work_dir': Missing value, expected --work_dir=VALUE"],
    [[], "Flag 'work_dir' is required, but it was not provided"],
  ];
  for (const [args, error] of refused) assert.equal(errorOf(args), error);
  assert.match(errorOf(["--no-port", "--work_dir=/"]), /only a boolean flag can begin with 'no-'/);
  assert.match(errorOf(["--no-quiet=true", "--work_dir=/"]), /takes no value/);
});

test("a value behind a space is refused rather than ignored", () => {
  assert.equal(
    errorOf(["--port", "5050"]),
    "Unexpected argument '5050'; flags are written --name=value",
  );
});

test("two variables for one flag are refused", () => {
  assert.equal(
    errorOf([], {
      MESOS_WORK_DIR: "/a",
      MESOS_AGENT_PING_TIMEOUT: "1secs",
      MESOS_SLAVE_PING_TIMEOUT: "1secs",
    }),
    "Flag 'agent_ping_timeout' is set by both MESOS_AGENT_PING_TIMEOUT and MESOS_SLAVE_PING_TIMEOUT",
  );
});

test("formatUsage() has a paragraph for each flag, sorted", () => {
  const usage = formatUsage(table);
  assert.match(usage, /^ {2}--agent_ping_timeout=VALUE \(default: 15secs\)\n {6}Per ping\.\n/);
  assert.match(usage, /\n {2}--\[no-\]quiet \(default: false\)\n/);
  assert.match(
    usage,
    /\n {2}--roles=VALUE, --role_names=VALUE\n {6}Which roles\n {6}there are\.\n/,
  );
  assert.match(usage, /\n {2}--work_dir=VALUE \(required\)\n/);
});

test("durations, bytes and booleans of a real Mesos's /flags come out as they went in", () => {
  for (const daemon of ["master", "agent"]) {
    const recorded = readFileSync(
      join(import.meta.dirname, `../testdata/${daemon}-flags.txt`),
      "utf8",
    );
    const { flags } = JSON.parse(recorded.slice(recorded.indexOf("{"))) as {
      flags: Record<string, string>;
    };
    const kindOf = (text: string) =>
      /^\d+(ns|us|ms|secs|mins|hrs|days|weeks)$/.test(text)
        ? "duration"
        : /^\d+[KMGT]?B$/.test(text)
          ? "bytes"
          : /^(true|false)$/.test(text)
            ? "bool"
            : /^\d+$/.test(text)
              ? "int"
              : /^\d+\.\d+$/.test(text)
                ? "double"
                : "string";
    const kinds = new Set(Object.values(flags).map(kindOf));
    assert.ok(kinds.has("duration") && kinds.has("bytes") && kinds.has("bool"));
    const { value, error } = parseFlags(
      Object.fromEntries(
        Object.entries(flags).map(([name, text]) => [name, { kind: kindOf(text), help: "" }]),
      ),
      {
        arguments: Object.entries(flags).map(([name, text]) => `--${name}=${text}`),
        environment: {},
      },
    );
    assert.equal(error, undefined);
    assert.deepEqual(value?.shown, flags);
  }
});
