/**
 * What a source of rules brings, and how it is asked: the same from a Git repository and from a file.
 */

/** One state of the rule file. */
export interface RuleCandidate {
  /** Undefined: there is no such file in it, or a `problem` with it. */
  readonly text: string | undefined;
  /** Why the file cannot be read, though it is there. */
  readonly problem?: string;
  /** For errors: the file's path in the repository. */
  readonly file: string;
  readonly version: RuleVersion;
  /** It was good before, and is brought because what is newer is not good or cannot be read. */
  readonly isFormer?: boolean;
}

export interface RuleVersion {
  /** A commit, or what else tells one state from another. */
  readonly id: string;
  /** For people: "commit 3f2a91c of main:frontdoor.rules". */
  readonly name: string;
  /** Of a commit. */
  readonly author?: string;
  readonly subject?: string;
  /** Milliseconds since the epoch: when it was made. */
  readonly at?: number;
}

/** What became of a candidate. */
export type Verdict =
  | { readonly kind: "taken" }
  /** One sentence a reason. */
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

export interface RulesSink {
  /**
   * A new state of the file. Resolves when it is in effect, or refused. Rejects with a CodedError that
   * is transient when neither is so, and it should be brought again.
   */
  found(candidate: RuleCandidate): Promise<Verdict>;
  /** The source cannot be read; told again when the reason changes. */
  away(reason: string): void;
  /** It can be read, after it could not. */
  back(): void;
}

export interface RulesSource {
  /** Resolves after the first look, whatever it brought. */
  readonly looked: Promise<void>;
  /** Looks now rather than at its next turn; many calls at once are one look. */
  look(): void;
  close(): Promise<void>;
}
