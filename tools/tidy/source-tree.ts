/**
 * The tree that tidy judges: every TypeScript file of the repository, its imports, its package.
 *
 * Imports are found by pattern, not by a compiler: every `from "…"`, `import "…"` and `import("…")`
 * outside comments. Reading nothing at all would look like a clean tree, so an empty one is an error.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** Folder of the package that the file belongs to, such as `kernel/master`; "" for none. */
  readonly packageFolder: string;
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** The file, for relative imports; undefined for packages. */
  readonly target: string | undefined;
  readonly line: number;
  readonly typeOnly: boolean;
  /** `import(…)`: loaded when it is asked for. */
  readonly lazy: boolean;
}

export interface SourceTree {
  readonly files: readonly SourceFile[];
  /** Package folder to its package.json. */
  readonly packages: ReadonlyMap<string, PackageManifest>;
  /** Every path in the tree, of any kind. */
  readonly paths: readonly string[];
}

export interface PackageManifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What a rule reports. */
export interface Finding {
  readonly path: string;
  readonly line?: number;
  readonly message: string;
}

export type Rule = (tree: SourceTree) => Finding[];

const importPattern =
  /(?:^|[;\s])(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

/** Comments become spaces; lines and columns stay. */
export function blankComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, (comment) =>
    comment.replace(/[^\n]/g, " "),
  );
}

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const code = blankComments(text);
  for (const match of code.matchAll(importPattern)) {
    const specifier = match[3] ?? match[4] ?? "";
    const relative = specifier.startsWith(".");
    found.push({
      specifier,
      target: relative ? normalize(join(dirname(path), specifier)) : undefined,
      line: code.slice(0, match.index + match[0].search(/\S/)).split("\n").length,
      typeOnly: match[2] !== undefined,
      lazy: match[4] !== undefined,
    });
  }
  return found;
}

/** Builds a tree from paths and their texts; `package.json` files make packages. */
export function sourceTree(texts: ReadonlyMap<string, string>): SourceTree {
  const packages = new Map<string, PackageManifest>();
  for (const [path, text] of texts) {
    if (path.endsWith("/package.json")) packages.set(dirname(path), JSON.parse(text));
  }
  const folders = [...packages.keys()].sort((a, b) => b.length - a.length);
  const files: SourceFile[] = [];
  for (const [path, text] of texts) {
    if (!path.endsWith(".ts") || path.endsWith(".d.ts")) continue;
    const packageFolder = folders.find((folder) => path.startsWith(`${folder}/`)) ?? "";
    files.push({ path, text, imports: importsOf(path, text), packageFolder });
  }
  return { files, packages, paths: [...texts.keys()] };
}

/** The working tree below `root`: what git tracks, and what it does not ignore. */
export function readSourceTree(root: string): SourceTree {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const texts = new Map<string, string>();
  for (const path of new Set(listed.split("\0"))) {
    if (path === "") continue;
    try {
      const read = path.endsWith(".ts") || path.endsWith("package.json");
      texts.set(path, read ? readFileSync(join(root, path), "utf8") : "");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return sourceTree(texts);
}

/** Files whose header, size and style nobody judges. */
export function isGenerated(path: string): boolean {
  return path.includes("/generated/");
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || /\/(testing|testdata)\//.test(path);
}
