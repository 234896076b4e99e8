#!/usr/bin/env node
/**
 * What `npx tavola` starts. JavaScript, so that Node's compile cache is on before the first
 * TypeScript file is read: what Node had to strip and compile once is not done again.
 */

import { enableCompileCache } from "node:module";

enableCompileCache();
await import("../src/main.ts");
