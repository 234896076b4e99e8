/** What the stories of both clients have in common: waiting, and how they end. */

const boundMs = 30_000;

exports.until = async (what, isSo) => {
  const from = Date.now();
  while (!isSo()) {
    if (Date.now() - from > boundMs) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** Longer than a lease and two of the clients' renewals. */
exports.outlive = () =>
  new Promise((resolve) => setTimeout(resolve, Number(process.env.OUTLIVES_MS ?? 35_000)));

/** Clients go on for ever: the process ends with the story. */
exports.run = (story) => {
  story().then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
};
