/**
 * What the front door's data planes cost, beside HAProxy and nginx as one would set them up by hand.
 *
 * One back end (nginx, two files of 1 kB and 1 MB) on loopback; before it, one after the other: our two
 * planes, in this process; plain HAProxy (its routes in a map; no header added, no log), the same with
 * headers of who asked, a trace and a log (`haproxy-same-work`), and plain nginx (a location a route; no
 * header, no log), each with 2 threads. Ours do all that they do in production: headers of
 * who asked, a trace, and telling of each request; and while they are measured, 100 instances a second
 * come and as many go, one in 20 of the service that is asked for (eight instances at any time), the
 * others of services of other rules, where there are any. The rule that is asked for is the last of 1,
 * 100 or 2,000. Load is wrk's (Debian), one thread, 32 connections (8 for
 * 1 MB). `--seconds=N` (2) for each figure, `--rounds=N` (5) of the cases that ratios are made of.
 *
 * `PROXY.RULES.BODY[.tls]`: requests a second; `….p99`: of their times.
 * `PROXY.ratio`: over plain HAProxy, 1 kB, no TLS, 100 rules; the median over rounds, in each of which
 *   all are measured one after the other. `haproxy-plane.ratio-same-work`: likewise over HAProxy that
 *   does for a request what our plane does.
 * `PROXY.rules-ratio`: requests a second at 2,000 rules over those at 1; measured minutes apart.
 * `failed`: requests through our planes that got no answer, or a refusal.
 */
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createHaproxyPlane,
  createInProcessPlane,
  type DataPlane,
  parseRules,
} from "@tavola/frontdoor";
import { silentLogger, systemClock, systemRandom } from "@tavola/host";
import {
  haproxyBinary,
  proxiesMissing,
  type StartedProxy,
  startBackEnd,
  startPlainHaproxy,
  startPlainNginx,
} from "./load/plain-proxies.ts";
import { type LoadFigures, runWrk, wrkMissing } from "./load/wrk.ts";
import { amountOption, option } from "./measure/options.ts";
import { type BenchResult, percentile, report } from "./report.ts";

const seconds = amountOption("seconds", 2);
const rounds = amountOption("rounds", 5);
const ruleCounts = (option("rules") ?? "1,100,2000").split(",").map(Number);
const ratioRules = 100;
const changesPerSecond = 100;
const otherServices = 19;
const addresses = Array.from({ length: 8 }, (_, at) => `127.0.0.${at + 1}`);

const names = [
  "haproxy-plane",
  "in-process-plane",
  "haproxy",
  "haproxy-same-work",
  "nginx",
] as const;
type Name = (typeof names)[number];

interface Subject extends StartedProxy {
  readonly plane: DataPlane | undefined;
}

interface Case {
  readonly rules: number;
  readonly body: "1kB" | "1MB";
  readonly tls: boolean;
}

const missing = wrkMissing() ?? proxiesMissing();
if (missing !== undefined) {
  process.stderr.write(`cannot measure: ${missing}\n`);
  process.exitCode = 1;
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-bench-frontdoor-"));
  const backEnd = await startBackEnd(join(folder, "back"), addresses);
  // Who reads the log of the HAProxy that works as ours do.
  const log = createSocket("udp4").on("message", () => {});
  await new Promise<void>((resolve) => log.bind(0, "127.0.0.1", resolve));
  const results: BenchResult[] = [];
  let failed = 0;
  try {
    const pem = makeCertificate(folder);
    const port = new URL(backEnd.url).port;
    for (const rules of ruleCounts) {
      const places = {
        folder: join(folder, String(rules)),
        pem,
        port,
        rules,
        logPort: log.address().port,
      };
      const found = await measureRules(places);
      results.push(...found.results);
      failed += found.failed;
    }
    results.push(...rulesRatios(results), { name: "failed", value: failed, unit: "requests" });
    report(
      "frontdoor",
      `${seconds} s a figure, ${changesPerSecond} instances a second come and go`,
      results,
    );
  } finally {
    log.close();
    await backEnd.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeCertificate(folder: string): string {
  const pem = join(folder, "front.pem");
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"],
    ],
    { stdio: "ignore" },
  );
  writeFileSync(pem, readFileSync(certificate, "utf8") + readFileSync(key, "utf8"), {
    mode: 0o600,
  });
  return pem;
}

interface Places {
  readonly folder: string;
  readonly pem: string;
  readonly port: string;
  readonly rules: number;
  readonly logPort: number;
}

async function measureRules(
  places: Places,
): Promise<{ readonly results: BenchResult[]; readonly failed: number }> {
  const results: BenchResult[] = [];
  let failed = 0;
  const subjects = await startSubjects(places);
  try {
    for (const body of ["1kB", "1MB"] as const) {
      for (const tls of [false, true]) {
        const each: Case = { rules: places.rules, body, tls };
        const isForRatios = body === "1kB" && !tls;
        const figures = await measureCase(subjects, each, {
          times: isForRatios ? rounds : 1,
          port: places.port,
        });
        for (const name of names) {
          results.push(...resultsOf(name, each, figures.get(name) ?? []));
          if (subjects.get(name)?.plane === undefined) continue;
          for (const figure of figures.get(name) ?? []) failed += figure.failed;
        }
        if (isForRatios && places.rules === ratioRules) results.push(...ratiosOf(figures));
      }
    }
  } finally {
    for (const subject of subjects.values()) await subject.stop();
  }
  return { results, failed };
}

async function startSubjects({
  folder,
  pem,
  port,
  rules,
  logPort,
}: Places): Promise<Map<Name, Subject>> {
  mkdirSync(folder, { recursive: true });
  const prefixes = Array.from({ length: rules }, (_, at) =>
    at === rules - 1 ? "/api/timezone" : `/api/other-${at}/`,
  );
  const backends = addresses.map((address) => `${address}:${port}`);
  const options = {
    listen: { ip: "127.0.0.1", httpPort: 0, httpsPort: 0, certificates: [pem] },
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
    observer: { ended() {} },
  };
  const planes = {
    "haproxy-plane": await createHaproxyPlane({
      ...options,
      binary: haproxyBinary,
      folder: join(folder, "haproxy-plane"),
    }),
    "in-process-plane": await createInProcessPlane(options),
  };
  const subjects = new Map<Name, Subject>();
  for (const [name, plane] of Object.entries(planes)) {
    const lines = prefixes
      .map((prefix, at) => {
        const service = at === rules - 1 ? "timezone" : `other-${at % otherServices}`;
        return `REQUEST_URI=${prefix}* passthru ${service}\n`;
      })
      .join("");
    await plane.setRules({ source: "benchmark", rules: parseRules(lines, "bench").rules ?? [] });
    const [url = "", httpsUrl = ""] = plane.urls;
    const stop = (): Promise<void> => plane.close({ drainMs: 0 });
    subjects.set(name as Name, { plane, url, httpsUrl, stop });
  }
  const plain = { pem, prefixes, backends };
  const haproxy = await startPlainHaproxy({ ...plain, folder: join(folder, "haproxy") });
  const nginx = await startPlainNginx({ ...plain, folder: join(folder, "nginx") });
  subjects.set("haproxy", { ...haproxy, plane: undefined });
  const working = await startPlainHaproxy({
    ...plain,
    folder: join(folder, "haproxy-same-work"),
    logPort,
  });
  subjects.set("haproxy-same-work", { ...working, plane: undefined });
  subjects.set("nginx", { ...nginx, plane: undefined });
  for (const { plane } of subjects.values()) {
    if (plane !== undefined) await churn(plane, port).stop();
  }
  return subjects;
}

/** Instances that come and go until it is stopped; which it then leaves as they are. */
function churn(plane: DataPlane, port: string): { stop(): Promise<void> } {
  const services = ["timezone", ...Array.from({ length: otherServices }, (_, at) => `other-${at}`)];
  const ids = services.map(() => addresses.map((_, at) => at));
  let last = addresses.length;
  let next = 0;
  const tell = (): Promise<void> => {
    const entries = services.map((service, index) => {
      const instances = (ids[index] ?? []).map((id) => ({
        id: `instance-${id}`,
        uri: `http://${addresses[id % addresses.length]}:${port}`,
        weight: 1,
        zone: undefined,
      }));
      return [service, instances] as const;
    });
    return plane.setServices(new Map(entries));
  };
  let told = tell();
  const timer = setInterval(() => {
    // Whoever is eldest goes when the next one comes.
    const index = next % services.length;
    next += 1;
    ids[index] = [...(ids[index] ?? []).slice(1), last];
    last += 1;
    told = told.then(tell);
  }, 1000 / changesPerSecond);
  return {
    async stop() {
      clearInterval(timer);
      await told;
    },
  };
}

/** All subjects one after the other, as often as there are rounds. */
async function measureCase(
  subjects: ReadonlyMap<Name, Subject>,
  { rules, body, tls }: Case,
  { times, port }: { readonly times: number; readonly port: string },
): Promise<Map<Name, LoadFigures[]>> {
  const figures = new Map<Name, LoadFigures[]>(names.map((name) => [name, []]));
  for (let round = 0; round < times; round += 1) {
    for (const [name, { plane, url, httpsUrl }] of subjects) {
      const changes = plane === undefined ? undefined : churn(plane, port);
      const load = await runWrk({
        url: `${tls ? httpsUrl : url}/api/timezone/${body}`,
        connections: body === "1kB" ? 32 : 8,
        seconds,
      });
      await changes?.stop();
      figures.get(name)?.push(load);
      process.stderr.write(
        `${name} ${rules} rules ${body}${tls ? " TLS" : ""}: ${Math.round(load.requestsPerSecond)}/s, ${load.failed} failed\n`,
      );
    }
  }
  return figures;
}

function resultsOf(
  name: Name,
  { rules, body, tls }: Case,
  figures: readonly LoadFigures[],
): BenchResult[] {
  const of = `${name}.${rules}.${body}${tls ? ".tls" : ""}`;
  const median = (values: readonly number[]): number => percentile(values, 0.5);
  return [
    { name: of, value: median(figures.map((each) => each.requestsPerSecond)), unit: "requests/s" },
    { name: `${of}.p99`, value: median(figures.map((each) => each.p99Ms)), unit: "ms" },
  ];
}

function ratiosOf(figures: ReadonlyMap<Name, readonly LoadFigures[]>): BenchResult[] {
  const over = (name: Name, other: Name, as: string): BenchResult => {
    const plain = figures.get(other) ?? [];
    const ratios = (figures.get(name) ?? []).map(
      ({ requestsPerSecond }, round) =>
        requestsPerSecond / (plain[round]?.requestsPerSecond ?? Number.NaN),
    );
    return { name: `${name}.${as}`, value: percentile(ratios, 0.5), unit: `of ${other}` };
  };
  return [
    ...names.filter((name) => name !== "haproxy").map((name) => over(name, "haproxy", "ratio")),
    over("haproxy-plane", "haproxy-same-work", "ratio-same-work"),
  ];
}

function rulesRatios(results: readonly BenchResult[]): BenchResult[] {
  const rate = (name: string): number | undefined =>
    results.find((result) => result.name === name)?.value;
  return names.flatMap((name) => {
    const [one, many] = [rate(`${name}.1.1kB`), rate(`${name}.2000.1kB`)];
    if (one === undefined || many === undefined) return [];
    return [{ name: `${name}.rules-ratio`, value: many / one, unit: "of that with 1 rule" }];
  });
}
