/**
 * Seeds that find what was once wrong. They are run with every test.
 *
 * Each of them failed again when what is said here was taken out of the code once more, which was tried
 * when it was added. A seed is that history only until somebody changes what dice are thrown for; then
 * it is one seed among others, and the test beside the code that was mended is what is left. What else the
 * simulation found has only that.
 */

export const regressionSeeds: readonly (readonly [seed: number, what: string])[] = [
  [4, "updates of a task whose info a power cut tore are still told"],
  [14, "a kill that came while the executor host was down is repeated to the next one"],
  [16, "what a power cut tore does not keep the agent from starting again later"],
  [77, "what an older run of an executor still has to tell is told"],
  [94, "what a killed agent had written and not synced is made durable before it is accepted"],
  [513, "an executor whose launch is on its way keeps what it was promised"],
  [531, "an executor that died with its machine is not kept for what it said before"],
];
