/** The door of `@tavola/executor`: the executor host. */
