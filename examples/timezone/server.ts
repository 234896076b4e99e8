/**
 * A small HTTP service, to be deployed: what time it is somewhere.
 *
 *     GET /timezone/Europe/Rome   {"zone":"Europe/Rome","time":"…","version":"…","instance":1}
 *     GET /health                 200, unless BROKEN is set
 *
 * The same below /api, where the front door's rule REQUEST_URI=/api/timezone* passthru timezone sends it.
 *
 * It listens on PORT0, as the scheduler's tasks do, and ends at once on SIGTERM.
 */

import { createServer } from "node:http";

const { PORT0, VERSION = "1", INSTANCE_NO, BROKEN } = process.env;

const server = createServer(({ url = "/" }, response) => {
  if (url === "/health") {
    response.writeHead(BROKEN === undefined ? 200 : 500).end();
    return;
  }
  const zone = /^(?:\/api)?\/timezone\/([^?]+)/.exec(url)?.[1] ?? "UTC";
  try {
    const time = new Intl.DateTimeFormat("en", { timeStyle: "medium", timeZone: zone }).format();
    const answer = { zone, time, version: VERSION, instance: Number(INSTANCE_NO) };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  } catch {
    response.writeHead(404).end(`there is no time zone ${zone}`);
  }
});
server.listen(Number(PORT0));
process.on("SIGTERM", () => process.exit(0));
