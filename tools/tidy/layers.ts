/**
 * Who may import whom: the layers of the architecture, as one table.
 *
 * A package imports from lower layers and from itself, through doors only. The table is the rule;
 * `docs/architecture.md` says what each package owns.
 */

import { type Finding, isTest, type SourceFile, type SourceTree } from "./source-tree.ts";

/** Layer of each package folder. A folder that is not here may not exist. */
const layers: Readonly<Record<string, number>> = {
  "kernel/base": 0,
  "kernel/protocol": 1,
  "kernel/resources": 1,
  "kernel/registry": 2,
  "kernel/allocator": 2,
  "kernel/host": 3,
  "kernel/coordination": 4,
  "kernel/containerizer": 4,
  "test-servers": 4,
  "kernel/agent": 5,
  "kernel/master": 5,
  sdk: 5,
  "kernel/executor": 6,
  "platform/scheduler": 7,
  "platform/discovery": 7,
  "platform/frontdoor": 7,
  "platform/stats": 7,
  "platform/console": 7,
  cli: 8,
  harness: 9,
  simulation: 10,
  conformance: 10,
  e2e: 10,
  bench: 10,
  examples: 10,
};

/** Same-layer imports that the design allows: resources are made of messages. */
const neighbours: readonly (readonly [from: string, to: string])[] = [
  ["kernel/resources", "kernel/protocol"],
];

/** What the platform may take from the kernel; it meets the rest over the wire. */
const platformMayUse = [
  "kernel/base",
  "kernel/protocol",
  "kernel/resources",
  "kernel/host",
  "kernel/coordination",
  "sdk",
];

/** Real servers for tests: nothing that is shipped may need them. */
function testServersRefusal(file: SourceFile): string | undefined {
  const layer = layers[file.packageFolder] ?? 0;
  if (layer >= 9 || (layer >= 3 && isTest(file.path))) return undefined;
  return "only tests, testing/ folders and what is above the command may start real servers";
}

function refusal(file: SourceFile, to: string): string | undefined {
  const from = file.packageFolder;
  if (from === to) return "a package does not import itself by name; use a relative path";
  const fromLayer = layers[from];
  const toLayer = layers[to];
  if (fromLayer === undefined || toLayer === undefined) return undefined;
  if (to === "test-servers") return testServersRefusal(file);
  if (toLayer === 10) return `nobody imports ${to}`;
  if (from.startsWith("platform/") && !platformMayUse.includes(to)) {
    return `the platform meets ${to} only over the wire`;
  }
  if (neighbours.some(([a, b]) => a === from && b === to)) return undefined;
  if (toLayer < fromLayer) return undefined;
  return `layer ${fromLayer} (${from}) may not import layer ${toLayer} (${to})`;
}

function findingsOf(file: SourceFile, folderOf: ReadonlyMap<string, string>): Finding[] {
  const findings: Finding[] = [];
  for (const { specifier, target, line } of file.imports) {
    const complain = (message: string): number =>
      findings.push({ path: file.path, line, message: `import of ${specifier}: ${message}` });
    if (target !== undefined) {
      const leaves = file.packageFolder !== "" && !target.startsWith(`${file.packageFolder}/`);
      if (leaves) complain("a relative import may not leave its package");
      continue;
    }
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    const folder = folderOf.get(name);
    if (folder === undefined) continue;
    if (specifier !== name) complain(`packages are entered by their door only (${name})`);
    const reason = refusal(file, folder);
    if (reason !== undefined) complain(reason);
  }
  return findings;
}

/** Layers, doors, and that every package has a place in the table. */
export function layerRule(tree: SourceTree): Finding[] {
  const folderOf = new Map([...tree.packages].map(([folder, { name }]) => [name, folder]));
  const unplaced = [...tree.packages.keys()]
    .filter((folder) => layers[folder] === undefined)
    .map((folder) => ({
      path: `${folder}/package.json`,
      message: "package has no layer in tools/tidy/layers.ts",
    }));
  return [...unplaced, ...tree.files.flatMap((file) => findingsOf(file, folderOf))];
}
