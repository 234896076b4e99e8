/**
 * Node's own resolver, and over it a package that reads mesos-dns's names, asked for a service:
 * `node resolver.cjs PACKAGE IP:PORT NAME` prints what they found as JSON.
 */

const dns = require("node:dns");

const [, , path, server, name] = process.argv;
dns.setServers([server]);
const mesosDns = require(path);

async function main() {
  const found = await mesosDns.promiseResolve(`${name}-web`);
  const ports = found.flatMap((each) => each.ports).sort();
  const addresses = [];
  for (const { host } of found) addresses.push(...(await dns.promises.resolve4(host)));
  const many = await dns.promises.resolve4(`${name}-many.marathon.mesos`);
  const absent = await mesosDns.promiseResolve(`${name}-none`).catch((error) => error);
  const isAbsent = absent?.code === "ENOTFOUND";
  const answer = { ports, addresses: addresses.sort(), many: many.length, isAbsent };
  process.stdout.write(JSON.stringify(answer));
}

main();
