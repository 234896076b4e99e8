/** How long discovery servers are waited for, and how soon another is asked. */

/** The protocol's back-off: its bound doubles from 1 ms to 10,240 ms. */
export const discoveryBackoff = { firstMs: 1, maxMs: 10_240 } as const;

/** A server that takes longer over what is not a watch is taken for one that is away. */
export const answerMsMax = 5_000;
