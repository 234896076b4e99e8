/** How a test sees that nobody takes what it writes. */

/** Whether a piece got out of this process; no, when it has not for so long that nobody takes it. */
export async function flushed(
  socket: { write(bytes: Buffer, done: () => void): boolean },
  piece: Buffer,
): Promise<boolean> {
  let isOut = false;
  socket.write(piece, () => {
    isOut = true;
  });
  for (let looks = 0; looks < 300 && !isOut; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return isOut;
}
