/**
 * No file imports itself by a detour. Type-only imports vanish at run time, and lazy ones come when
 * everything is loaded; neither counts.
 */

import { type Finding, isGenerated, type SourceTree } from "./source-tree.ts";

export function cycleRule(tree: SourceTree): Finding[] {
  const targets = new Map(
    tree.files
      .filter((file) => !isGenerated(file.path))
      .map((file) => [
        file.path,
        file.imports.flatMap(({ target, typeOnly, lazy }) =>
          target === undefined || typeOnly || lazy ? [] : [target],
        ),
      ]),
  );
  const findings: Finding[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      findings.push({
        path,
        message: `import cycle: ${[...trail.slice(start), path].join(" -> ")}`,
      });
      return;
    }
    if (done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return findings;
}
