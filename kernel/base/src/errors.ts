/**
 * The two ways in which code stops short.
 *
 * `invariant()` is for bugs of ours: it throws, nobody catches it, the process ends with a log.
 * `CodedError` is for what the outside world does to us: a disk, a peer, a lost leadership. What the
 * domain refuses is neither; that is a returned value.
 */

/** Thrown by `invariant()`. Never caught to go on. */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

/** Ends the process (by throwing) when something that cannot be is. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}

/** For the `default` of a switch over a closed union: the compiler proves it is not reached. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable: ${JSON.stringify(value)}`);
}

export interface CodedErrorOptions {
  readonly cause?: unknown;
  /** Whether trying the same again later may succeed. */
  readonly transient?: boolean;
}

/** An error with a stable code, the place it happened, and its cause. */
export class CodedError extends Error {
  override readonly name = "CodedError";
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly transient: boolean;

  constructor(
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options: CodedErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = details;
    this.transient = options.transient ?? false;
  }
}

/** An error's message with those of its causes, joined by ": ". For the edge that prints it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined
    ? error.message
    : `${error.message}: ${describeError(error.cause)}`;
}
