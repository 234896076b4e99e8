/**
 * The front door's rules in the demo: a bare repository, and somebody who pushes to it. Without `git`
 * they are a plain file, which a front door follows as well.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Routes {
  /** As `--frontdoor-rules` takes it. */
  readonly location: string;
  /** Whether they are in a repository. */
  readonly isInGit: boolean;
  /** Resolves with nothing: the push is through when it returns. */
  push(rules: string, subject: string): void;
  remove(): void;
}

export function createRoutes(rules: string): Routes {
  const folder = mkdtempSync(join(tmpdir(), "tavola-demo-routes-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const isInGit = spawnSync("git", ["--version"], { stdio: "ignore" }).status === 0;
    const routes = isInGit ? createRepository(folder) : createFile(folder);
    routes.push(rules, "The first route");
    return { ...routes, isInGit, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function createFile(folder: string): Pick<Routes, "location" | "push"> {
  const location = join(folder, "frontdoor.rules");
  return { location, push: (text) => writeFileSync(location, text) };
}

function createRepository(folder: string): Pick<Routes, "location" | "push"> {
  const bare = join(folder, "routes.git");
  const work = join(folder, "work");
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=Demo", "-c", "user.email=demo@example.com", ...args], {
      env: { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
      stdio: ["ignore", "ignore", "pipe"],
    });
  };
  git("init", "--quiet", "--bare", "--initial-branch=main", bare);
  git("init", "--quiet", "--initial-branch=main", work);
  return {
    location: `${bare}#main:frontdoor.rules`,
    push(text, subject) {
      writeFileSync(join(work, "frontdoor.rules"), text);
      git("-C", work, "add", "--all");
      git("-C", work, "commit", "--quiet", "-m", subject);
      git("-C", work, "push", "--quiet", bare, "main");
    },
  };
}
