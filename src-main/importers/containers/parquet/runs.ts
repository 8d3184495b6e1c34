/**
 * Run lengths of a Parquet page, looked at before they are unfolded: hyparquet writes a run out as long as it claims to be, and
 * four bytes can claim a thousand million values. Levels and indices of a dictionary are such runs (Parquet's encodings, RLE /
 * bit-packing hybrid).
 */
import type { PageHeader } from 'hyparquet';
import { decompressPage, type readDataPageV2 } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';

/** How hyparquet decodes a column. */
type ColumnDecoder = Parameters<typeof readDataPageV2>[2];

/** A page whose bytes are as they are decoded: nothing in it is compressed any more. */
export interface PlainPage {
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
}

/** Undoes the compression of a page. Throws what the codec throws. */
export function plainPage(header: PageHeader, stored: Uint8Array, column: ColumnDecoder): PlainPage {
  const v2 = header.data_page_header_v2;
  const levels = v2 ? v2.repetition_levels_byte_length + v2.definition_levels_byte_length : 0;
  const size = header.uncompressed_page_size;
  const isPlain = column.codec === 'UNCOMPRESSED' || v2?.is_compressed === false;
  const bytes = isPlain ? stored : unfolded(stored, levels, size, column);
  const plain = { ...header, compressed_page_size: bytes.length };
  return { header: v2 ? { ...plain, data_page_header_v2: { ...v2, is_compressed: false } } : plain, bytes };
}

/** @param levels bytes in front that are never compressed */
function unfolded(stored: Uint8Array, levels: number, size: number, column: ColumnDecoder): Uint8Array {
  // A page without values may have no compressed bytes, which no codec could read.
  const body =
    size > levels
      ? decompressPage(stored.subarray(levels), size - levels, column.codec, column.compressors)
      : new Uint8Array();
  if (levels === 0) return body;
  const bytes = new Uint8Array(size);
  bytes.set(stored.subarray(0, levels));
  bytes.set(body, levels);
  return bytes;
}

/** The longest run that a page of `count` values claims, if it is longer than the page; null: none is. */
export function tooLongRun({ header, bytes }: PlainPage, { schemaPath }: ColumnDecoder): number | null {
  const page = header.data_page_header ?? header.data_page_header_v2;
  if (!page) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const runs = new Runs(view, page.num_values);
  const v2 = header.data_page_header_v2;
  const levels = [getMaxRepetitionLevel(schemaPath), getMaxDefinitionLevel(schemaPath)];
  const lengths = [v2?.repetition_levels_byte_length, v2?.definition_levels_byte_length];
  let at = 0;
  for (const [i, most] of levels.entries()) {
    const length = lengths[i];
    if (most > 0) at = runs.walk(at, 32 - Math.clz32(most), length);
    else at += length ?? 0;
  }
  if (page.encoding === 'RLE') runs.walk(at, 1, undefined);
  else if (/_DICTIONARY$/.test(page.encoding) && at < bytes.length)
    runs.walk(at + 1, view.getUint8(at), bytes.length - at - 1);
  return runs.tooLong;
}

class Runs {
  tooLong: number | null = null;
  readonly #view: DataView;
  readonly #count: number;

  constructor(view: DataView, count: number) {
    this.#view = view;
    this.#count = count;
  }

  /**
   * @param length of the runs in bytes; undefined: it is written in front of them, in four bytes
   * @returns the place behind them; what is cut off is for the decoder to find
   */
  walk(at: number, width: number, length: number | undefined): number {
    const view = this.#view;
    let start = at;
    let bytes = length;
    if (bytes === undefined) {
      if (at + 4 > view.byteLength) return view.byteLength;
      bytes = view.getUint32(at, true);
      start += 4;
    }
    const end = Math.min(start + bytes, view.byteLength);
    for (let here = start, seen = 0; here < end && seen < this.#count;) {
      let header = 0;
      for (let shift = 0; here < end; shift += 7) {
        const byte = view.getUint8(here++);
        header += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
      const run = Math.floor(header / 2);
      if (header % 2 === 1) {
        seen += 8 * run;
        here += width * run;
      } else {
        if (run > this.#count) this.tooLong = Math.max(this.tooLong ?? 0, run);
        seen += run;
        here += (width + 7) >> 3;
      }
    }
    return start + bytes;
  }
}
