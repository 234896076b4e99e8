import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { capturedTerminal } from "../testing/captured-terminal.ts";
import { explainRequest } from "./explain-request.ts";

test("explainRequest() says what the proxy refuses, whatever the rules are", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "tavola-explain-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "frontdoor.rules");
  await writeFile(file, "REQUEST_URI=/* passthru web\n");
  const explained = async (url: string): Promise<readonly [number, string]> => {
    const terminal = capturedTerminal();
    const status = await explainRequest([url, `--rules=${file}`], terminal);
    return [status, terminal.output];
  };
  const twoWays = "No line is asked, for the path can be read as that of another resource: 400\n";
  const slashes = "No line is asked, for the path begins with two slashes: 400\n";
  assert.deepEqual(await explained("//admin"), [1, slashes]);
  assert.deepEqual(await explained("http://x.com//admin"), [1, slashes]);
  assert.deepEqual(await explained("http://x.com/%2e%2e/"), [1, twoWays]);
  const [status, output] = await explained("http://x.com/admin?a=/../");
  assert.equal(status, 0);
  assert.match(output, /Line 1 decides: \/admin\?a=\/\.\.\/ to web/);
});
