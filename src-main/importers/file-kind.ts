/** What kind of file is asked for, by its first bytes: a JSON list, lines, or something else that is refused by name. */
import { FoveaError } from '../../src-shared/contract/errors.ts';

const LIST = 0x5b;
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const BOM = [0xef, 0xbb, 0xbf];

const OTHERS: readonly { readonly magic: readonly number[]; readonly what: string; readonly next: string }[] =
  [
    {
      magic: [0x50, 0x41, 0x52, 0x31],
      what: 'a Parquet file',
      next: 'Save its rows as JSONL and its pictures as files',
    },
    { magic: [0x1f, 0x8b], what: 'compressed (gzip)', next: 'Unpack it first' },
    { magic: [0x50, 0x4b, 0x03, 0x04], what: 'a ZIP archive', next: 'Unpack it first' },
    { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'compressed (zstd)', next: 'Unpack it first' },
    { magic: [0xff, 0xfe], what: 'UTF-16 text', next: 'Save it as UTF-8' },
    { magic: [0xfe, 0xff], what: 'UTF-16 text', next: 'Save it as UTF-8' },
  ];

/**
 * Reads no more than the white space in front.
 * @throws FoveaError `bad_input` for an empty file and for those that are known to be something else
 */
export async function shapeOf(file: string, source: AsyncIterable<Uint8Array>): Promise<'array' | 'lines'> {
  let first = true;
  for await (const chunk of source) {
    let at = 0;
    if (first) {
      refuseOther(file, chunk);
      if (BOM.every((byte, i) => chunk[i] === byte)) at = BOM.length;
      first = false;
    }
    while (at < chunk.length && SPACE.has(chunk[at]!)) at++;
    if (at < chunk.length) return chunk[at] === LIST ? 'array' : 'lines';
  }
  throw new FoveaError('bad_input', 'the questions file is empty', {
    where: file,
    next: 'Give a file of questions: JSONL, or a JSON list',
  });
}

function refuseOther(file: string, chunk: Uint8Array): void {
  const other = OTHERS.find(({ magic }) => magic.every((byte, i) => chunk[i] === byte));
  if (!other) return;
  throw new FoveaError('bad_input', `the questions file is ${other.what}`, { where: file, next: other.next });
}
