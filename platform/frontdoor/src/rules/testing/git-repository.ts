/** A bare repository with a branch `main`, and somebody who pushes to it. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** For tests that skip where it is absent. */
export const hasGit = spawnSync("git", ["--version"]).status === 0;

export interface GitRepository {
  /** As `--rules` takes it: `PATH#main:frontdoor.rules`. */
  readonly location: string;
  readonly path: string;
  /** Returns the commit. `text` undefined: the file is removed. */
  push(text: string | undefined): string;
  /** Whatever was made of the work tree, which is `FOLDER/work`. */
  pushAsItIs(): string;
  /** Any other command, in the bare repository. */
  git(...args: readonly string[]): string;
  /** It cannot be reached until it comes back. */
  goAway(): void;
  comeBack(): void;
}

export function createGitRepository(folder: string): GitRepository {
  const bare = join(folder, "routes.git");
  const work = join(folder, "work");
  const file = join(work, "frontdoor.rules");
  const environment = { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "gc.auto=0", ...args], {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
    });
  git("init", "--quiet", "--bare", "--initial-branch=main", bare);
  git("init", "--quiet", "--initial-branch=main", work);
  const inWork = (...args: string[]): string =>
    git("-C", work, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args);
  let pushes = 0;
  const pushAsItIs = (): string => {
    pushes += 1;
    inWork("add", "--all");
    inWork("commit", "--quiet", "--allow-empty", "-m", `Change ${pushes}`);
    inWork("push", "--quiet", bare, "main");
    return inWork("rev-parse", "HEAD").trim();
  };
  return {
    path: bare,
    location: `${bare}#main:frontdoor.rules`,
    push(text) {
      mkdirSync(dirname(file), { recursive: true });
      if (text === undefined) rmSync(file);
      else writeFileSync(file, text);
      return pushAsItIs();
    },
    pushAsItIs,
    git: (...args) => git("-C", bare, ...args),
    goAway: () => renameSync(bare, `${bare}.away`),
    comeBack: () => renameSync(`${bare}.away`, bare),
  };
}
