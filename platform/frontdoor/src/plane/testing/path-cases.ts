/**
 * Paths that rules and instances could read as different resources. The rule is `/public*`; what is
 * asked for, to a server that cleans paths or decodes them, lies elsewhere.
 *
 * Orange Tsai's "Breaking Parser Logic" (2018) and "Confusion Attacks" (2024); CVE-2021-41773.
 */

export interface PathCase {
  readonly title: string;
  readonly target: string;
  /** Undefined: it must be refused. Else what the instance must get. */
  readonly handedOn: string | undefined;
}

const refused = [
  ["two dots", "/public/../admin"],
  ["two dots at the end", "/public/.."],
  ["one dot", "/public/./admin"],
  ["one dot at the end", "/public/."],
  ["escaped dots", "/public/%2e%2e/admin"],
  ["escaped dots in capitals", "/public/%2E%2E/admin"],
  ["half escaped dots", "/public/.%2e/admin"],
  ["an escaped slash after dots", "/public/..%2fadmin"],
  ["an escaped slash before dots", "/public%2f../admin"],
  ["all escaped", "/public%2f%2e%2e%2fadmin"],
  ["dots and a parameter (Tomcat)", "/public/..;/admin"],
  ["dots, a parameter and a value", "/public/..;a=b/admin"],
  ["a backslash", "/public/..\\admin"],
  ["a backslash alone", "/public\\..\\admin"],
  ["an escaped backslash", "/public/..%5cadmin"],
  ["an escaped NUL", "/public/a%00.html"],
  ["two slashes first", "//public/admin"],
  ["two slashes first, as another host", "//www.example.org/public"],
  ["an escape that is none", "/public/%zz"],
  ["an escape that is cut off", "/public/%2"],
] as const;

const handedOn = [
  ["an escaped slash alone", "/public/group%2fproject"],
  ["an escaped space", "/public/a%20b"],
  ["three dots", "/public/..."],
  ["dots within a name", "/public/a..b/.well-known/c."],
  ["two slashes within", "/public/http://www.example.org/x"],
  ["dots in the query", "/public?file=../../x&y=%2e%2e/"],
  ["an escape in the query that is none", "/public?100%"],
  ["twice escaped dots", "/public/%252e%252e/x"],
  ["signs that are allowed", "/public/a;b=c,d@e:f!$&'()*+=~"],
] as const;

export const pathCases: readonly PathCase[] = [
  ...refused.map(([title, target]) => ({ title, target, handedOn: undefined })),
  ...handedOn.map(([title, target]) => ({ title, target, handedOn: target })),
];
