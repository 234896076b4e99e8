/** How much of what strangers send is held, and for how long it is put up with. */

export const planeLimits = {
  /** Request line and fields together, as they come. */
  requestHeadBytesMax: 32 * 1024,
  requestLineBytesMax: 16 * 1024,
  /** An answer's; above it the instance speaks without end. */
  responseHeadBytesMax: 64 * 1024,
  fieldsMax: 128,
  trailerBytesMax: 8 * 1024,
  /** Of all chunks of a message together: extensions carry nothing that we hand on. */
  chunkExtensionBytesMax: 4 * 1024,
  /** Interim answers (100, 103) of one request; more are garbage. */
  interimAnswersMax: 16,
  /** What a client may send ahead while a request of its runs. */
  aheadBytesMax: 64 * 1024,
  /** What waits for a slow reader before its writer is stopped. */
  waitingBytesMax: 256 * 1024,
  connectionsPerInstanceMax: 4096,
  /** Below Node's 5 s, the shortest in common use: what has lain longer may be closed under our request. */
  idleUpstreamMs: 4_000,
  retriesMax: 2,
  /** What a mirror may lag behind; above it the copy is given up, never the request held back. */
  mirrorBytesMax: 256 * 1024,
  mirrorsMax: 256,
  /** After an answer that came before its request's end: what is read on, so that the client sees it. */
  lingerBytesMax: 1024 * 1024,
  lingerMs: 2_000,
} as const;
