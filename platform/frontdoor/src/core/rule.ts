/**
 * What a line of the rule file says, as data. The grammar is `parse-rules.ts`; what a request gets
 * by it, `decide.ts`; how that is carried out, a data plane's matter.
 *
 *     REQUEST_URI=/api/timezone* HTTP_HOST=*.example.com passthru timezone strip=/api timeout=5s
 *     \________________ conditions, all of them _______/ \____ action ___/ \____ options ____/
 */

/** What a condition looks at, in the vocabulary of CGI and mod_rewrite. */
export type Variable =
  /** REQUEST_URI: path and query as they came. REQUEST_PATH (ours): the path alone, decoded once. */
  | { readonly kind: "uri" | "path" | "query" | "host" | "method" | "https" | "protocol" }
  /** REMOTE_ADDR: text, or a network such as 10.0.0.0/8. */
  | { readonly kind: "address" }
  /** HTTP_NAME: a header; its name in lower case with dashes. */
  | { readonly kind: "header"; readonly name: string }
  /** COOKIE_name and QUERY_name (ours). */
  | { readonly kind: "cookie" | "parameter"; readonly name: string };

/** Text in which `*` stood for any run of characters: the runs between them, in order. */
export interface Pattern {
  readonly text: string;
  /** One piece: it must be equal. Several: the first begins it, the last ends it, the others lie between. */
  readonly pieces: readonly string[];
  /** Then the pieces are in lower case. */
  readonly ignoresCase: boolean;
  /**
   * Of an address without `*`: the addresses it stands for, as `parseNetwork` has them; then it is this
   * that decides, so that 10.0.0.0/8 is a network and ::1 is 0:0::1.
   */
  readonly network?: string;
}

export interface Condition {
  readonly variable: Variable;
  /** `VARIABLE!=pattern`: none of the patterns. What a request does not have is the empty text. */
  readonly isNegated: boolean;
  /** Any of them (`GET|HEAD`). */
  readonly patterns: readonly Pattern[];
}

/** `serviceType` or `serviceType:feature`, as clients of discovery name one. */
export type ServiceName = string;

export type Action =
  | { readonly kind: "passthru"; readonly service: ServiceName }
  | {
      readonly kind: "split";
      /** At least one; weights are whole and their sum is above 0. */
      readonly shares: readonly { readonly service: ServiceName; readonly weight: number }[];
      /** Who was sent to one stays there, by this cookie. */
      readonly stickyCookie?: string;
    }
  /** The request goes on with the lines below as if it had asked for this; see `fill-template.ts`. */
  | { readonly kind: "rewrite"; readonly to: string }
  | {
      readonly kind: "redirect";
      readonly status: 301 | 302 | 303 | 307 | 308;
      /** With `*` and %{HTTP_HOST}, %{REQUEST_URI}; see `fill-template.ts`. */
      readonly location: string;
    }
  | {
      readonly kind: "respond";
      readonly status: number;
      readonly body: string;
      readonly contentType: string;
    };

/**
 * Of a rule that hands requests on (passthru, split); absent ones are the plane's defaults. Only
 * `responseHeaders` go with redirect and respond, too.
 */
export interface RuleOptions {
  /** Taken from the path's beginning before it is handed on, by whole segments; what is left begins with `/`. */
  readonly stripPrefix?: string;
  /** Until the answer's headers have come. */
  readonly timeoutMs?: number;
  /** Until a connection is made. */
  readonly connectTimeoutMs?: number;
  /** Attempts after the first, on other instances; only where that is safe. */
  readonly retries?: number;
  /** Requests a second, all clients together; above it 429. */
  readonly ratePerSecond?: number;
  /** Above it 413. */
  readonly bodyBytesMax?: number;
  /** Requests at once; above it 503. */
  readonly concurrencyMax?: number;
  /** This many failures in a row of all its instances together, and it answers 503 at once for a while. */
  readonly breakerFailures?: number;
  readonly breakerOpenMs?: number;
  /** A copy of the request goes there as well, and its answer nowhere. */
  readonly mirror?: { readonly service: ServiceName; readonly percent: number };
  /** Of the response. `value` undefined: taken out. Names in lower case. */
  readonly responseHeaders?: readonly {
    readonly name: string;
    readonly value: string | undefined;
  }[];
}

export interface Rule {
  /** Counted from 1. */
  readonly line: number;
  /** As it was written, without comments. */
  readonly text: string;
  readonly conditions: readonly Condition[];
  readonly action: Action;
  readonly options: RuleOptions;
}

/** What conditions look at: of one request, by whichever plane it came. */
export interface RequestFacts {
  readonly method: string;
  /** Path and query, as they came. */
  readonly uri: string;
  /** Lower case, without a port. */
  readonly host: string;
  /** One, or several values joined by ", "; names in lower case. */
  header(name: string): string | undefined;
  readonly remoteAddress: string;
  readonly isTls: boolean;
  /** "HTTP/1.1", "HTTP/2.0". */
  readonly protocol: string;
}
