/**
 * The status page: one page of HTML, no script, nothing from elsewhere. What comes from commits,
 * announcements and files is escaped.
 */

import type { TrafficCounts } from "../core/request-counts.ts";
import type { ActiveRules, RefusedRules } from "../rules/rules-keeper.ts";
import { type FrontdoorView, troublesOf } from "./frontdoor-view.ts";
import { iso } from "./status-json.ts";

export function statusPage(view: FrontdoorView): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="10">
<title>Front door</title>
<style>${style}</style>
</head>
<body>
<h1>Front door</h1>
<p>${view.urls.map(code).join(" ")} by the ${escaped(view.dataPlane)} data plane, since ${time(view.startedAt)}.
<a href="status">As JSON</a>, <a href="rules">the rules</a>, <a href="metrics">metrics</a>.</p>
${troubles(troublesOf(view))}
<h2>Rules</h2>
${rulesPart(view)}
<h2>Services</h2>
${servicesPart(view)}
<h2>Discovery</h2>
${discoveryPart(view)}
</body>
</html>
`;
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222; }
h1, h2 { font-weight: 600; } h2 { margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
.bad { color: #a40000; } .good { color: #1a6b1a; }
`;

function troubles(list: readonly string[]): string {
  if (list.length === 0) return `<p class="good">All is well.</p>`;
  return `<ul class="bad">${list.map((each) => `<li>${escaped(each)}</li>`).join("")}</ul>`;
}

function rulesPart(view: FrontdoorView): string {
  const { active, refused, away } = view.rules;
  return [
    `<p>From ${code(view.rulesFrom)}.</p>`,
    away === undefined
      ? ""
      : `<p class="bad">Cannot be read since ${time(away.since)}: ${escaped(away.reason)}</p>`,
    active === undefined ? "<p>None are in effect.</p>" : activePart(active, view),
    refused.length === 0 ? "" : `<h3>Refused</h3>${refused.map(refusedPart).join("")}`,
  ].join("\n");
}

function activePart({ version, rules, since }: ActiveRules, view: FrontdoorView): string {
  const by = version.author === undefined ? "" : ` by ${escaped(version.author)}`;
  const subject = version.subject === undefined ? "" : `: ${escaped(version.subject)}`;
  const rows = rules.map(
    ({ line, text }) =>
      `<tr><td class="n">${line}</td><td>${code(text)}</td>${traffic(view.counts.byLine.get(line))}</tr>`,
  );
  return `<p>In effect since ${time(since)}: ${escaped(version.name)}${by}${subject}</p>
<table><tr><th class="n">line</th><th>rule</th>${trafficHead}</tr>
${rows.join("\n")}
</table>
<p>No rule took ${view.counts.unmatched} requests.</p>`;
}

function refusedPart({ version, reasons, at }: RefusedRules): string {
  const by = version.author === undefined ? "" : ` by ${escaped(version.author)}`;
  return `<p class="bad">${escaped(version.name)}${by}, ${time(at)}</p>
<pre>${escaped(reasons.join("\n"))}</pre>`;
}

function servicesPart(view: FrontdoorView): string {
  if (view.services.size === 0) return "<p>No rule names one.</p>";
  return [...view.services]
    .map(([service, instances]) => {
      const rows = instances.map((instance) => {
        const health = view.health.find(
          (each) => each.service === service && each.instance.id === instance.id,
        );
        const { state = "up", reason, active = 0 } = health ?? {};
        const shown = state === "up" ? `<span class="good">up</span>` : escaped(state);
        const why = reason === undefined ? "" : `: ${escaped(reason)}`;
        return `<tr><td>${code(instance.uri)}</td><td>${escaped(instance.zone ?? "")}</td><td class="n">${instance.weight}</td><td>${shown}${why}</td><td class="n">${active}</td></tr>`;
      });
      const table =
        rows.length === 0
          ? `<p class="bad">No instance is announced.</p>`
          : `<table><tr><th>instance</th><th>zone</th><th class="n">weight</th><th>state</th><th class="n">requests now</th></tr>${rows.join("\n")}</table>`;
      return `<h3>${escaped(service)}</h3>
<table><tr>${trafficHead}</tr><tr>${traffic(view.counts.byService.get(service))}</tr></table>
${table}`;
    })
    .join("\n");
}

const trafficHead = `<th class="n">requests</th><th class="n">4xx</th><th class="n">5xx</th><th class="n">retries</th>`;

function traffic(counts: TrafficCounts | undefined): string {
  const { byClass, requests = 0, retries = 0 } = counts ?? {};
  const cells = [requests, byClass?.get("4xx") ?? 0, byClass?.get("5xx") ?? 0, retries];
  return cells.map((cell) => `<td class="n">${cell}</td>`).join("");
}

function discoveryPart({ discovery }: FrontdoorView): string {
  const { servers, staleSince, trouble = "" } = discovery;
  const stale =
    staleSince === undefined
      ? ""
      : `<p class="bad">None answers since ${time(staleSince)}; what was known stays. ${escaped(trouble)}</p>`;
  return `<p>${servers.map(code).join(" ")}</p>${stale}`;
}

function time(ms: number): string {
  return `<time>${iso(ms)}</time>`;
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
