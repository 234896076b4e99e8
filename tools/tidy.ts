/**
 * The style that a machine can check: layers, doors, cycles, purity, headers, names, manifests.
 *
 * `node tools/tidy.ts` prints one finding a line and exits 1 when there is any. Its rules are tested
 * on small trees in `tidy/*.test.ts`, because a checker that reads nothing also finds nothing.
 */

import { join } from "node:path";
import { cycleRule } from "./tidy/cycles.ts";
import { headerRule, manifestRule, namingRule, readmeRule, unfinishedRule } from "./tidy/files.ts";
import { layerRule } from "./tidy/layers.ts";
import { purityRule } from "./tidy/purity.ts";
import { type Rule, readSourceTree } from "./tidy/source-tree.ts";

const rules: readonly Rule[] = [
  layerRule,
  cycleRule,
  purityRule,
  headerRule,
  namingRule,
  readmeRule,
  unfinishedRule,
  manifestRule,
];

const tree = readSourceTree(join(import.meta.dirname, ".."));
if (tree.files.length === 0) throw new Error("tidy read no source file; is this a git checkout?");
const findings = rules.flatMap((rule) => rule(tree));
for (const { path, line, message } of findings) {
  console.log(`${path}${line === undefined ? "" : `:${line}`}: ${message}`);
}
if (findings.length > 0) {
  console.log(`tidy: ${findings.length} findings in ${tree.files.length} files`);
  process.exitCode = 1;
}
