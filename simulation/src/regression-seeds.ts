/**
 * Seeds that once failed, and what was wrong. They are run with every test.
 *
 * A seed is a history only as long as nobody changes what the simulation throws dice for; what it
 * found then has a test of its own beside the code that was mended.
 */

export const regressionSeeds: readonly (readonly [seed: number, what: string])[] = [
  [2, "a full disk: an update was accepted from memory, and the agent killed"],
  [4, "a power cut tore checkpoints, and the agent refused to start for ever"],
  [
    6,
    "a launch that was held up came after the agent had been given up, and ran unknown to the master",
  ],
  [14, "a kill came while the executor host was down, and was forgotten"],
  [23, "a DECLINE was lost on a connection that broke; the offer stood for ever"],
  [31, "a second report of a task's end was acknowledged while the first was not on disk yet"],
  [43, "a clock that was set put off whatever an agent had planned"],
  [100, "what a killed agent had written and not synced was taken for durable by the next one"],
];
