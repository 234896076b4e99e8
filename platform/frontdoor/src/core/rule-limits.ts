/** How much a rule file may hold. All of it is text that people write; these are far above that. */
export const ruleLimits = {
  /** A commit with more is refused. */
  fileCharactersMax: 4 * 1024 * 1024,
  rulesMax: 20_000,
  /** Of one line, with what it goes on to by `\`. */
  lineCharactersMax: 64 * 1024,
  /** More are counted, and not listed. */
  errorsMax: 100,
  /** Of one request: more is a mistake in the file, or worse. */
  rewritesMax: 16,
  /** What a request may have become by them. */
  uriCharactersMax: 64 * 1024,
} as const;
