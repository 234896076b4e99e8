/**
 * `tavola services`: what is announced, and with `-w` what comes and goes.
 */

import type { CatalogueChange, DiscoveryClient } from "@tavola/sdk";
import { type Command, usageError } from "../command.ts";
import { type OptionTable, parseOptions } from "../options.ts";
import { processInterrupts } from "../run/interrupts.ts";
import { ReaderGone, type Terminal } from "../terminal.ts";
import { discoveryOptionHelp, nobodyAnswers, openDiscovery } from "./discovery-address.ts";
import { isKnown } from "./known-services.ts";
import { changeJson, changeLines, serviceTable, sorted } from "./service-lines.ts";

const options = {
  watch: { type: "boolean", short: "w" },
  json: { type: "boolean" },
  discovery: { type: "string" },
} as const satisfies OptionTable;

const usage = `usage: tavola services [-w] [TYPE[:FEATURE]]

Lists what is announced to discovery: all of it, or the instances of one service.

  -w, --watch          go on: a line for what comes (+), goes (-) or says something else (~)
  --json               the announcements; with -w one object a line: {"change","announcement"}
${discoveryOptionHelp}`;

export const servicesCommand: Command = {
  usage,
  async run(args, terminal) {
    const { values, positionals } = parseOptions(options, args);
    const [service, ...rest] = positionals;
    if (rest.length > 0) throw usageError(`unexpected argument "${rest[0]}"`);
    if (service === "") throw usageError('the service is ""; name one, or leave it out for all');
    const { servers, discovery } = openDiscovery(values.discovery, terminal);
    const showing = { discovery, servers, service, asJson: values.json === true, terminal };
    try {
      await (values.watch === true ? follow(showing) : list(showing));
    } finally {
      await discovery.close();
    }
    return 0;
  },
};

interface Showing {
  readonly discovery: DiscoveryClient;
  readonly servers: string;
  readonly service: string | undefined;
  readonly asJson: boolean;
  readonly terminal: Terminal;
}

async function list({ discovery, servers, service, asJson, terminal }: Showing): Promise<void> {
  const watch = discovery.subscribe(service === undefined ? {} : { serviceType: service });
  if (!(await isKnown(watch))) throw nobodyAnswers(servers, watch);
  if (watch.isStale) terminal.tell(`tavola services: ${watch.trouble}; this may be old\n`);
  const all = watch.all();
  await terminal.write(asJson ? `${JSON.stringify(sorted(all))}\n` : serviceTable(all));
}

/** Until Ctrl-C, or until nobody reads any more. */
async function follow(showing: Showing): Promise<void> {
  const { discovery, servers, service, asJson, terminal } = showing;
  const interrupts = processInterrupts();
  const ended = Promise.withResolvers<void>();
  interrupts.onInterrupt(() => ended.resolve());
  let written: Promise<void> = Promise.resolve();
  const write = (text: string): void => {
    written = written.then(() => terminal.write(text));
    written.catch((error: unknown) =>
      error instanceof ReaderGone ? ended.resolve() : ended.reject(error),
    );
  };
  let isFirst = true;
  const watch = discovery.subscribe({
    ...(service === undefined ? {} : { serviceType: service }),
    onChange: (change: CatalogueChange) => {
      if (asJson) write(changeJson(change));
      else if (!isFirst) write(changeLines(change));
    },
  });
  try {
    if (!(await isKnown(watch))) throw nobodyAnswers(servers, watch);
    if (!asJson) write(serviceTable(watch.all()));
    isFirst = false;
    await ended.promise;
  } finally {
    interrupts.close();
  }
}
