/**
 * What every file and package must have: a header that says what it owns, named exports, a README,
 * names in kebab-case; and what no file may hold: unfinished work, or a place of one machine.
 */

import { type Finding, isGenerated, type SourceTree } from "./source-tree.ts";

/** Every source file opens with a comment: what it owns, the idea, what it refuses to do. */
export function headerRule(tree: SourceTree): Finding[] {
  return tree.files
    .filter(({ path, text }) => !isGenerated(path) && !/^(?:#![^\n]*\n)?\s*\/\*\*/.test(text))
    .filter(({ path }) => !path.endsWith(".test.ts"))
    .map(({ path }) => ({ path, line: 1, message: "file has no header comment (/** … */)" }));
}

export function namingRule(tree: SourceTree): Finding[] {
  const findings: Finding[] = [];
  for (const { path, text } of tree.files) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(name)) {
      findings.push({ path, message: "file name is not kebab-case" });
    }
    if (/^(?:utils?|helpers?|common|misc)(?:\.test)?\.ts$/.test(name)) {
      findings.push({ path, message: "a file is named for its rule, not for being useful" });
    }
    if (/^export default\b/m.test(text)) findings.push({ path, message: "exports are named" });
  }
  return findings;
}

/** Every package says on half a page what it owns and what it does not. */
export function readmeRule(tree: SourceTree): Finding[] {
  return [...tree.packages.keys()]
    .filter((folder) => !tree.paths.includes(`${folder}/README.md`))
    .map((folder) => ({ path: `${folder}/package.json`, message: "package has no README.md" }));
}

const unfinished = /\b(?:TODO|FIXME|XXX)\b/;
const skippedTest = /\b(?:test|it|describe)\.(?:skip|only|todo)\b|\{ *(?:skip|todo|only): *true/;

export function unfinishedRule(tree: SourceTree): Finding[] {
  return tree.files
    .filter(({ path }) => !path.startsWith("tools/tidy"))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => {
        if (unfinished.test(line))
          return [{ path, line: index + 1, message: "unfinished by its own words" }];
        if (skippedTest.test(line))
          return [{ path, line: index + 1, message: "a test that does not run" }];
        return [];
      }),
    );
}

/** Each workspace package that a package imports stands in its manifest, and the other way round. */
export function manifestRule(tree: SourceTree): Finding[] {
  const names = new Set([...tree.packages.values()].map(({ name }) => name));
  const findings: Finding[] = [];
  for (const [folder, manifest] of tree.packages) {
    const listed = { ...manifest.dependencies, ...manifest.devDependencies };
    const imported = new Set<string>();
    for (const file of tree.files) {
      if (file.packageFolder !== folder) continue;
      for (const { specifier } of file.imports) if (names.has(specifier)) imported.add(specifier);
    }
    for (const name of imported) {
      if (listed[name] === undefined) {
        findings.push({
          path: `${folder}/package.json`,
          message: `imports ${name} but does not list it`,
        });
      }
    }
    for (const name of Object.keys(listed)) {
      if (names.has(name) && !imported.has(name)) {
        findings.push({
          path: `${folder}/package.json`,
          message: `lists ${name} but does not import it`,
        });
      }
    }
  }
  return findings;
}
