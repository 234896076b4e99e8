/**
 * How the framework behind a `tavola run` is known as one.
 */

/** The framework's label; its value is the run's name. */
export const runLabel = "tavola.run";
