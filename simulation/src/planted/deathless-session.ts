/**
 * Planted: a client of the store whose session never ends, as far as it can tell.
 */

import type { Coordination, Session } from "@tavola/coordination";

export function neverEnds(client: Coordination): Coordination {
  const session: Session = {
    get state() {
      return client.session.state === "expired" ? "connected" : client.session.state;
    },
    get timeoutMs() {
      return client.session.timeoutMs;
    },
    get trouble() {
      return client.session.trouble;
    },
    isAlive: () => true,
    watch: (onChange) =>
      client.session.watch((state) => {
        if (state === "connected") onChange(state);
      }),
  };
  return new Proxy(client, {
    get(target, name) {
      if (name === "session") return session;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
