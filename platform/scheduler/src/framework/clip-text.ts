/**
 * Words of others (tasks, executors, agents) as they are kept: the beginning of them, where they are long.
 *
 * They are copied into history, mails and webhooks, so nobody may make them as long as he likes.
 */

/** As many as fill a page. */
export const wordsCharactersMax = 4096;

/** With an ellipsis where something is left out; never with half a character at its end. */
export function clipText(words: string, charactersMax = wordsCharactersMax): string {
  if (words.length <= charactersMax) return words;
  return `${words.slice(0, charactersMax - 1).toWellFormed()}…`;
}
