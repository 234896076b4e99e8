/**
 * What typing any `tavola` command costs before it does anything.
 *
 * `tavola version`, from spawning the process to its end, 20 times one after the other; the median
 * (`start`). Two warm-ups go unmeasured: they fill Node's compile cache, as the first use after an
 * installation does. `node -e 0`, measured in the same way in turn, is the part that is not ours
 * (`node-itself`).
 */
import { runProcess } from "@tavola/harness";
import { tavolaBinary } from "./load/tavola-binary.ts";
import { percentile, report } from "./report.ts";

const runs = 20;
const warmUps = 2;

async function millisecondsOf(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const { code, stderr } = await runProcess(process.execPath, args);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  return performance.now() - startedAt;
}

const ours: number[] = [];
const bare: number[] = [];
for (let run = -warmUps; run < runs; run += 1) {
  const own = await millisecondsOf([tavolaBinary, "version"]);
  const node = await millisecondsOf(["-e", "0"]);
  if (run < 0) continue;
  ours.push(own);
  bare.push(node);
}
report("cli-start", `median of ${runs} runs of 'tavola version' with a warm compile cache`, [
  { name: "start", value: percentile(ours, 0.5), unit: "ms" },
  { name: "node-itself", value: percentile(bare, 0.5), unit: "ms" },
]);
