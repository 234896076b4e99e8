/** What is wrong with a rule file, and where: for the one who wrote it. */

export interface RuleError {
  readonly file: string;
  /** Counted from 1, in characters of the line. */
  readonly line: number;
  readonly column: number;
  /** What is there. */
  readonly message: string;
  /** What could be there. */
  readonly expected: string;
}

/** `FILE:LINE:COLUMN: what is there; expected what could be`, as editors understand it. */
export function formatRuleError({ file, line, column, message, expected }: RuleError): string {
  return `${file}:${line}:${column}: ${message}; expected ${expected}`;
}
