/**
 * What decides holds no clock, no dice, no socket, no file and no environment.
 *
 * Pure are the packages below `host` and every `core/` folder. They are given the time and the dice
 * as arguments, so that a cluster can run under virtual time from a seed.
 */

import {
  blankComments,
  type Finding,
  isGenerated,
  isTest,
  type SourceFile,
  type SourceTree,
} from "./source-tree.ts";

const purePackages = [
  "kernel/base",
  "kernel/protocol",
  "kernel/resources",
  "kernel/registry",
  "kernel/allocator",
];

const banned: readonly (readonly [name: string, pattern: RegExp, instead: string])[] = [
  ["Date", /\bDate\b/, "take an Instant"],
  ["Math.random", /\bMath\.random\b/, "take a Random"],
  ["timers", /\bset(?:Timeout|Interval|Immediate)\b/, "return an effect, or take a Clock"],
  ["process", /\bprocess\.\w/, "take the value; flags are read in one place"],
  ["performance.now", /\bperformance\.now\b/, "take an Instant"],
  ["crypto", /\bcrypto\.\w/, "take a Random"],
];

function isPure({ path }: SourceFile): boolean {
  if (isTest(path) || isGenerated(path)) return false;
  return (
    path.includes("/core/") || purePackages.some((folder) => path.startsWith(`${folder}/src/`))
  );
}

function blankStrings(code: string): string {
  return code.replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

function findingsOf(file: SourceFile): Finding[] {
  const fromNode = file.imports
    .filter(({ specifier }) => specifier.startsWith("node:"))
    .map(({ specifier, line }) => ({
      path: file.path,
      line,
      message: `pure code may not import ${specifier}: leave it to host and shell/`,
    }));
  const calls = blankStrings(blankComments(file.text))
    .split("\n")
    .flatMap((line, index) =>
      banned
        .filter(([, pattern]) => pattern.test(line))
        .map(([name, , instead]) => ({
          path: file.path,
          line: index + 1,
          message: `pure code may not use ${name}: ${instead}`,
        })),
    );
  return [...fromNode, ...calls];
}

export function purityRule(tree: SourceTree): Finding[] {
  return tree.files.filter(isPure).flatMap(findingsOf);
}
