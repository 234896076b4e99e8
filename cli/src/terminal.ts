/**
 * Where a command writes, and who reads it.
 *
 * Output goes through here so that a slow reader slows the command down, and one that has gone
 * (`tavola logs … | head`) ends it quietly.
 */

export interface Terminal {
  /** Standard output. Resolves when it may write more. Rejects with `ReaderGone` when nobody reads. */
  write(data: string | Uint8Array): Promise<void>;
  /** Standard error, as `write`: for what a task printed there. */
  writeError(data: string | Uint8Array): Promise<void>;
  /** Standard error; for people. */
  tell(text: string): void;
  /** Whether a person watches standard error. */
  readonly isWatched: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Standard output was closed by whoever read it. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** The process's own. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // Nobody reads what we tell; that is no reason to stop.
  stderr.on("error", () => {});
  return {
    write: writerTo(stdout),
    writeError: writerTo(stderr),
    tell: (text) => void stderr.write(text),
    isWatched: stderr.isTTY === true,
    environment: process.env,
  };
}

function writerTo(stream: NodeJS.WriteStream): (data: string | Uint8Array) => Promise<void> {
  let gone = false;
  stream.on("error", () => {
    gone = true;
  });
  return (data) => {
    if (gone) return Promise.reject(new ReaderGone());
    return new Promise((resolve, reject) => {
      stream.write(data, (error) => (error ? reject(new ReaderGone()) : resolve()));
    });
  };
}
