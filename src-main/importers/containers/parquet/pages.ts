/**
 * The values of one column of one row group, page by page. hyparquet decodes a page and would read a whole column of a row
 * group at once, which is all of a file where its writer made one group; so the walk over the pages is here, and what a
 * page claims is checked before anything is made of it.
 */
import type { ColumnMetaData, DecodedArray, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath, isFlatColumn } from 'hyparquet/src/schema.js';
import type { PlainFile } from '../../../files/plain-file.ts';
import { CODECS } from './codecs.ts';
import { bad, ownBuffer, type ParquetFile } from './file.ts';
import { plainPage, tooLongRun } from './runs.ts';

/** A page of pictures may be large: 1,024 of them, which is how many pyarrow gathers before it looks at a page's size. */
const PAGE_BYTES = 1024 * 1024 * 1024;
/** Of one page; writers make pages of some 20,000 values. */
const PAGE_VALUES = 20_000_000;
const HEADER_BYTES = 1 << 16;
/** Statistics in a header hold values. */
const MOST_HEADER_BYTES = 1 << 24;
const SMALLER = 'Write it with smaller row groups (row_group_size) and pages';

/** Rows of a column: for one within lists and structs, its part of them. */
export async function* columnPages(
  { path, file, schema }: ParquetFile,
  column: ColumnMetaData,
): AsyncGenerator<unknown[]> {
  const schemaPath = getTreePath(schema, column.path_in_schema);
  const element = schemaPath.at(-1)!.element;
  const decoder = {
    pathInSchema: column.path_in_schema,
    element,
    schemaPath,
    ...column,
    parsers: DEFAULT_PARSERS,
    compressors: CODECS,
    // Binary columns hold pictures: as text they would be lost.
    utf8: false,
  };
  const plainDecoder = { ...decoder, codec: 'UNCOMPRESSED' as const };
  const flat = isFlatColumn(schemaPath);
  const startByte = Number(column.dictionary_page_offset || column.data_page_offset);
  const endByte = startByte + Number(column.total_compressed_size);
  if (startByte < 0 || endByte > file.size)
    throw bad(path, 'a column lies outside of it', 'Get the file again');
  let dictionary: DecodedArray | undefined;
  let values = 0;
  // A row of lists may go on in the next page.
  let last: unknown[] = [];
  for (let at = startByte; at < endByte && values < Number(column.num_values);) {
    const { header, headerBytes } = await headerAt(path, file, at, endByte);
    values += checkedValues(path, header);
    const from = at + headerBytes;
    if (from + header.compressed_page_size > endByte)
      throw bad(path, 'a page is cut off', 'Get the file again');
    at = from + header.compressed_page_size;
    if (header.type === 'INDEX_PAGE') continue;
    const stored = new Uint8Array(ownBuffer(await file.read(from, header.compressed_page_size)));
    const page = plainPage(header, stored, decoder);
    const run = tooLongRun(page, decoder);
    if (run !== null) throw bad(path, `a page claims a run of ${run} values`, 'Get the file again');
    const reader = { view: new DataView(page.bytes.buffer), offset: page.bytes.byteOffset };
    const { data } = readPage(reader, page.header, plainDecoder, dictionary, flat ? undefined : last, 0);
    if (header.type === 'DICTIONARY_PAGE') {
      if (data) dictionary = convert(data, decoder);
    } else if (data && data.length > 0) {
      const rows = Array.from(data as ArrayLike<unknown>);
      if (!flat) last = [rows.pop()];
      if (rows.length > 0) yield rows;
    }
  }
  if (last.length > 0) yield last;
}

/** The physical columns below a column of the schema. */
export function leavesOf(tree: SchemaTree): SchemaTree[] {
  return tree.children.length === 0 ? [tree] : tree.children.flatMap(leavesOf);
}

async function headerAt(
  path: string,
  file: PlainFile,
  at: number,
  end: number,
): Promise<{ header: PageHeader; headerBytes: number }> {
  for (let most = HEADER_BYTES; ; most *= 16) {
    const bytes = ownBuffer(await file.read(at, Math.min(most, end - at)));
    const reader = { view: new DataView(bytes), offset: 0 };
    try {
      const header = parquetHeader(reader);
      return { header, headerBytes: reader.offset };
    } catch (thrown) {
      if (most >= MOST_HEADER_BYTES || most >= end - at) {
        throw bad(path, 'the header of a page is damaged', 'Get the file again', thrown);
      }
    }
  }
}

/** How many values the page has. Throws FoveaError for sizes that nobody writes. */
function checkedValues(path: string, header: PageHeader): number {
  const { uncompressed_page_size: unfolded, compressed_page_size: stored } = header;
  const count =
    header.data_page_header?.num_values ??
    header.data_page_header_v2?.num_values ??
    header.dictionary_page_header?.num_values ??
    0;
  const whole = [unfolded, stored, count].every((size) => Number.isInteger(size) && size >= 0);
  if (!whole) throw bad(path, 'a page has no size', 'Get the file again');
  if (unfolded > PAGE_BYTES || stored > PAGE_BYTES) {
    throw bad(path, `a page claims ${Math.max(unfolded, stored)} bytes`, SMALLER);
  }
  if (count > PAGE_VALUES) throw bad(path, `a page claims ${count} values`, SMALLER);
  return header.type === 'DICTIONARY_PAGE' ? 0 : count;
}
