/**
 * The repository of the front door's rules in the demo: a bare one, and somebody who pushes to it.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Routes {
  /** As `--frontdoor-rules` takes it. */
  readonly location: string;
  /** Resolves with nothing: the push is through when it returns. */
  push(rules: string, subject: string): void;
  remove(): void;
}

/** Throws where there is no `git`. */
export function createRoutes(rules: string): Routes {
  const folder = mkdtempSync(join(tmpdir(), "tavola-demo-routes-"));
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
  const push = (text: string, subject: string): void => {
    writeFileSync(join(work, "frontdoor.rules"), text);
    git("-C", work, "add", "--all");
    git("-C", work, "commit", "--quiet", "-m", subject);
    git("-C", work, "push", "--quiet", bare, "main");
  };
  push(rules, "The first route");
  return {
    location: `${bare}#main:frontdoor.rules`,
    push,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
