/** What HAProxy says of a configuration, without serving by it. */

import { spawn } from "node:child_process";

/** Undefined: HAProxy takes the configuration; else what it says against it. */
export async function checkConfig(binary: string, configFile: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | Error>();
  const child = spawn(binary, ["-c", "-f", configFile], {
    // The log's descriptor is checked, too.
    stdio: ["ignore", "pipe", "pipe", "ignore"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  child.once("error", resolve);
  child.once("close", (code) => resolve(code ?? -1));
  const result = await promise;
  if (result instanceof Error) return result.message;
  return result === 0 ? undefined : said.trim() || `exit code ${result}`;
}
