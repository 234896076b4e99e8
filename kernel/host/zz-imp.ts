import { enableCompileCache } from "node:module";
enableCompileCache("/tmp/tavola-host/cc");
const t=performance.now(); await import(process.argv[2]!); console.log(process.argv[2], (performance.now()-t).toFixed(0),"ms", process.cpuUsage());
