/** A process that starts a shim and then waits to be killed; for tests of what outlives it. */

import { type ShimRequest, startShim } from "../shim/shim.ts";
import type { ShimProgram } from "../shim/shim-program.ts";

const { shim, request } = JSON.parse(process.argv[2] ?? "") as {
  readonly shim: ShimProgram;
  readonly request: ShimRequest;
};
await startShim(shim, request);
setInterval(() => {}, 60_000);
