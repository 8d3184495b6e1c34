/**
 * Codecs of Parquet pages. Node's own where it has them, told how much may come out, so that nothing unfolds beyond what
 * its page says; sizes that pages say are checked before (`pages.ts`).
 */
// Not by name: a runtime without zstd would refuse the whole program, before it can say that it is too old.
import zlib from 'node:zlib';
import type { Compressors } from 'hyparquet';
import { snappyUncompress } from 'hyparquet/src/snappy.js';
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors/src/lz4.js';

type Codec = (input: Uint8Array, bytes: number) => Uint8Array;

export const CODECS = {
  SNAPPY: filled((input, bytes) => {
    const output = new Uint8Array(bytes);
    snappyUncompress(input, output);
    return output;
  }),
  GZIP: filled((input, bytes) => zlib.gunzipSync(input, { maxOutputLength: bytes })),
  BROTLI: filled((input, bytes) => zlib.brotliDecompressSync(input, { maxOutputLength: bytes })),
  ZSTD: filled((input, bytes) => zlib.zstdDecompressSync(input, { maxOutputLength: bytes })),
  LZ4: filled(decompressLz4),
  LZ4_RAW: filled(decompressLz4Raw),
} satisfies Compressors;

/** A page without values has nothing that a codec could read (an all-null column in LZ4, as pyarrow writes it). */
function filled(codec: Codec): Codec {
  return (input, bytes) => (bytes === 0 ? new Uint8Array() : codec(input, bytes));
}
