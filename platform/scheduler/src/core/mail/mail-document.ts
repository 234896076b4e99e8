/**
 * What a mail says, before it is text or HTML, and the two ways to write it.
 *
 * Everything in a document is plain text from wherever (a task's output, a user's message); only here
 * does it become HTML, with every character that means something there escaped.
 */

export interface MailDocument {
  readonly subject: string;
  /** Of the stripe above the title: what kind of news it is. */
  readonly color: string;
  readonly title: string;
  readonly blocks: readonly MailBlock[];
}

export type MailBlock =
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "quote"; readonly by?: string; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly url: string }
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, value: string])[] }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  /** Part of a file, or why it could not be read. */
  | { readonly kind: "log"; readonly name: string; readonly url?: string; readonly text: string };

export function formatMailText(document: MailDocument): string {
  const parts = [document.title, "=".repeat(Math.min(document.title.length, 72))];
  for (const block of document.blocks) parts.push("", textOf(block));
  return `${parts.join("\n")}\n`;
}

function textOf(block: MailBlock): string {
  switch (block.kind) {
    case "paragraph":
      return block.text;
    case "quote":
      return `${block.by === undefined ? "" : `${block.by} says:\n`}${indented(block.text, "  ")}`;
    case "link":
      return `${block.text}: ${block.url}`;
    case "heading":
      return `${block.text}\n${"-".repeat(Math.min(block.text.length, 72))}`;
    case "facts":
      return block.facts.map(([name, value]) => `${name}: ${value}`).join("\n");
    case "table":
      return tableText(block.head, block.rows);
    case "log": {
      const url = block.url === undefined ? "" : ` (${block.url})`;
      return `${block.name}${url}:\n${indented(block.text, "    ")}`;
    }
  }
}

function indented(text: string, by: string): string {
  return text.replace(/^/gm, by);
}

/** Columns as wide as their widest cell, but the last. */
function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.min(60, Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === head.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [head, ...rows].map(line).join("\n");
}

export function formatMailHtml(document: MailDocument): string {
  const title = escaped(document.title);
  const blocks = document.blocks.map(htmlOf).join("\n");
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="margin:0;padding:16px;font:14px/1.5 Helvetica,Arial,sans-serif;color:#222">
<div style="max-width:760px;border-top:6px solid ${document.color}">
<h1 style="font-size:20px;overflow-wrap:anywhere">${title}</h1>
${blocks}
</div></body></html>
`;
}

const cell = 'style="text-align:left;vertical-align:top;padding:2px 12px 2px 0"';

function htmlOf(block: MailBlock): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${escaped(block.text)}</p>`;
    case "quote": {
      const by = block.by === undefined ? "" : `<p>${escaped(block.by)} says:</p>`;
      return `${by}<blockquote style="white-space:pre-wrap">${escaped(block.text)}</blockquote>`;
    }
    case "link":
      return `<p>${linkOf(block.text, block.url)}</p>`;
    case "heading":
      return `<h2 style="font-size:16px">${escaped(block.text)}</h2>`;
    case "facts":
      return `<table>${block.facts.map((fact) => rowOf(fact, "th")).join("")}</table>`;
    case "table":
      return `<table><tr>${block.head.map((text) => `<th ${cell}>${escaped(text)}</th>`).join("")}</tr>${block.rows
        .map((row) => rowOf(row, "td"))
        .join("")}</table>`;
    case "log": {
      const name = block.url === undefined ? escaped(block.name) : linkOf(block.name, block.url);
      return `<p>${name}</p><pre style="overflow:auto;background:#f4f4f4;padding:8px;font-size:12px">${escaped(block.text)}</pre>`;
    }
  }
}

function rowOf(texts: readonly string[], first: "th" | "td"): string {
  const cells = texts.map((text, index) => {
    const tag = index === 0 ? first : "td";
    return `<${tag} ${cell}>${escaped(text)}</${tag}>`;
  });
  return `<tr>${cells.join("")}</tr>`;
}

/** Only to the web: an address that is none stays text. */
function linkOf(text: string, url: string): string {
  if (!/^https?:\/\//i.test(url)) return `${escaped(text)}: ${escaped(url)}`;
  return `<a href="${escaped(url)}">${escaped(text)}</a>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return withoutControls(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** Terminals' colours and other control characters, which a task's output may hold, are left out. */
function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}
