/**
 * A whole master on a free port of the loopback, and what a scheduler needs to talk to it.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Clock,
  createHttpClient,
  type HttpClient,
  type HttpClientResponse,
  parseFlags,
  silentLogger,
} from "@tavola/host";
import { type MasterFlags, masterFlags } from "../flags.ts";
import { startMaster } from "../shell/start-master.ts";

export interface TestMaster {
  readonly url: string;
  readonly client: HttpClient;
  post(
    path: string,
    headers: Record<string, string>,
    body: Uint8Array | string,
  ): Promise<HttpClientResponse>;
  close(): Promise<void>;
}

/** Flags as on a command line, `--roles=web`. */
export function testFlags(workDir: string, args: readonly string[] = []): MasterFlags {
  const parsed = parseFlags(masterFlags, {
    arguments: [`--work_dir=${workDir}`, "--ip=127.0.0.1", "--port=0", ...args],
    environment: {},
  });
  if (parsed.error !== undefined) throw new Error(parsed.error);
  return parsed.value.values;
}

export interface TestMasterOptions {
  readonly args?: readonly string[];
  readonly clock?: Clock;
}

export async function startTestMaster(options: TestMasterOptions = {}): Promise<TestMaster> {
  const workDir = await mkdtemp(join(tmpdir(), "tavola-master-"));
  const master = await startMaster({
    flags: testFlags(workDir, options.args),
    logger: silentLogger,
    ...(options.clock && { clock: options.clock }),
  });
  const client = createHttpClient();
  return {
    url: master.url,
    client,
    post: (path, headers, body) =>
      client.request({ method: "POST", url: master.url + path, headers, body }),
    async close() {
      await master.close();
      await client.close();
      await rm(workDir, { recursive: true });
    },
  };
}
