/** The door of `@tavola/scheduler`. */

export type * from "./core/model/request.ts";
