import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestCounts } from "../core/request-counts.ts";
import { parsedRules } from "../core/testing/parsed-rules.ts";
import { endedRequest } from "../testing/scripted-plane.ts";
import { type FrontdoorView, troublesOf } from "./frontdoor-view.ts";
import { metricsText } from "./metrics-text.ts";
import { statusPage } from "./status-page.ts";

const evil = `<script>alert("x")</script>'&`;

function view(): FrontdoorView {
  const counts = new RequestCounts();
  counts.record(endedRequest({ uri: evil }));
  const version = { id: evil, name: evil, author: evil, subject: evil, at: 0 };
  const refused = { version, reasons: [evil], at: 2 };
  const instance = { id: evil, uri: `http://h/${evil}`, weight: 1, zone: evil };
  return {
    now: 5000,
    startedAt: 0,
    dataPlane: "in-process",
    urls: [evil],
    rulesFrom: evil,
    rules: {
      active: {
        version,
        rules: parsedRules('HTTP_X="<script>\'" passthru a'),
        text: "",
        since: 1,
      },
      refused: [refused],
      newestRefused: refused,
      refusedTotal: 1,
      takenTotal: 1,
      away: { reason: evil, since: 3 },
    },
    services: new Map([
      ["a", [instance]],
      ["b", []],
    ]),
    health: [{ service: "a", instance, state: "ejected", reason: evil, active: 1 }],
    discovery: { servers: [evil], staleSince: 4, trouble: evil },
    certificatesTrouble: evil,
    certificateEndTroubles: [`the certificate ${evil} has expired`],
    certificatesEndAt: 3500,
    counts,
    accessLogDropped: 0,
    commitStatusesTold: 0,
  };
}

test("the status page escapes whatever came from elsewhere", () => {
  const page = statusPage(view());
  assert.ok(!/<script/i.test(page));
  assert.ok(page.includes("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;"));
});

test("what is wrong is listed in words", () => {
  assert.deepEqual(troublesOf(view()), [
    `rules cannot be read: ${evil}`,
    `${evil} was refused`,
    `certificates stay as they were: ${evil}`,
    `the certificate ${evil} has expired`,
    `no discovery server answers: ${evil}`,
    "b has no instance",
  ]);
});

test("every line of the metrics is one of Prometheus's text format, every family in one piece", () => {
  const lines = metricsText(view()).trimEnd().split("\n");
  const families = new Set<string>();
  let family = "";
  for (const line of lines) {
    const [, name] = /^# HELP (\w+) /.exec(line) ?? [];
    if (name !== undefined) {
      assert.ok(!families.has(name), name);
      families.add(name);
      family = name;
    } else if (!line.startsWith("# TYPE ")) {
      assert.match(line, /^\w+(\{(\w+="(?:[^"\\\n]|\\["\\n])*",?)*\})? [\d.e+-]+$/);
      assert.ok(line.startsWith(family), `${line} in ${family}`);
    }
  }
  assert.ok(lines.includes('tavola_frontdoor_instances{service="a",state="ejected"} 1'));
  assert.ok(lines.includes("tavola_frontdoor_rules_newest_refused 1"));
  assert.ok(lines.includes("tavola_frontdoor_certificates_refused 1"));
});
