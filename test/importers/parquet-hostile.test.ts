/** Parquet files that claim what they do not have: refused before anything is made of the claim. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ColumnMetaData } from 'hyparquet';
import { openParquet, type ParquetFile } from '../../src-main/importers/containers/parquet/file.ts';
import { columnPages } from '../../src-main/importers/containers/parquet/pages.ts';
import { openImport } from '../../src-main/importers/index.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const GOLDEN = join(import.meta.dirname, '../golden/datasets');
const whole = readFileSync(join(GOLDEN, 'codec-none-1.parquet'));

/** A field of a page's header, zigzag in seven bits a byte (Thrift's compact protocol). */
function i32(value: number): number[] {
  const bytes = [];
  let left = value * 2;
  while (left >= 128) {
    bytes.push((left % 128) + 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

/** A data page of PLAIN values that claims these sizes and has three bytes. */
function page(unfolded: number, stored: number, values: number): Buffer {
  const plain = [0x15, ...i32(0), 0x15, ...i32(3), 0x15, ...i32(3)];
  return Buffer.from([
    ...[0x15, ...i32(0), 0x15, ...i32(unfolded), 0x15, ...i32(stored)],
    ...[0x2c, 0x15, ...i32(values), ...plain, 0, 0],
    ...[1, 2, 3],
  ]);
}

/** @param place which column of the golden file it is taken for */
async function pagesOf(t: TestContext, bytes: Buffer, codec = 'UNCOMPRESSED', place = 0): Promise<unknown> {
  const path = join(temporaryDir(t), 'a.parquet');
  writeFileSync(path, whole);
  const opened = await openParquet(path);
  await opened.file.close();
  const column: ColumnMetaData = {
    ...opened.metadata.row_groups[0]!.columns[place]!.meta_data!,
    codec: codec as ColumnMetaData['codec'],
    num_values: 1_000_000_000n,
    data_page_offset: 0n,
    total_compressed_size: BigInt(bytes.length),
  };
  delete column.dictionary_page_offset;
  const file: ParquetFile['file'] = {
    size: bytes.length,
    read: (from, length) => Promise.resolve(bytes.subarray(from, from + length)),
    close: () => Promise.resolve(),
  };
  for await (const rows of columnPages({ ...opened, file }, column)) return rows;
  return null;
}

test('a page that claims a gigabyte, or a billion values, is refused by its claim', async (t) => {
  await assert.rejects(pagesOf(t, page(2_000_000_000, 3, 1), 'ZSTD'), {
    code: 'bad_input',
    message: /a page claims 2000000000 bytes/,
  });
  await assert.rejects(pagesOf(t, page(3, 2_000_000_000, 1)), { message: /a page claims 2000000000 bytes/ });
  await assert.rejects(pagesOf(t, page(3, 3, 1_000_000_000)), { message: /claims 1000000000 values/ });
  await assert.rejects(pagesOf(t, page(3, 30, 1)), { message: /a page is cut off/ });
  await assert.rejects(pagesOf(t, Buffer.from([0xff, 0xff, 0xff])), {
    message: /header of a page is damaged/,
  });
});

/** A dictionary of one value, and a page whose indices are one run of `run` times that value. */
function runOf(run: number, values: number): Buffer {
  // A run's length is written doubled, as `i32` does. First the levels (all are there), then the indices of one bit.
  const levels = [...i32(run), 1];
  const dictionary = [1, 0, 0, 0, 0x61];
  const indices = [levels.length, 0, 0, 0, ...levels, 1, ...i32(run), 0];
  return Buffer.from([
    ...[0x15, ...i32(2), 0x15, ...i32(dictionary.length), 0x15, ...i32(dictionary.length)],
    ...[0x4c, 0x15, ...i32(1), 0x15, ...i32(0), 0, 0],
    ...dictionary,
    ...[0x15, ...i32(0), 0x15, ...i32(indices.length), 0x15, ...i32(indices.length)],
    ...[0x2c, 0x15, ...i32(values), 0x15, ...i32(8), 0x15, ...i32(3), 0x15, ...i32(3), 0, 0],
    ...indices,
  ]);
}

test('a run that is longer than its page is refused before it is unfolded', async (t) => {
  const read = (run: number, values: number): Promise<unknown> =>
    pagesOf(t, runOf(run, values), 'UNCOMPRESSED', 2);
  assert.equal(((await read(3, 3)) as unknown[]).length, 3);
  await assert.rejects(read(1_000_000_000, 3), {
    code: 'bad_input',
    message: /claims a run of 1000000000 values/,
  });
  await assert.rejects(read(1_000_000_000, 1_000_000_000), { message: /claims 1000000000 values/ });
});

test('footers that are cut off, encrypted or too long are refused by name', async (t) => {
  const dir = temporaryDir(t);
  const path = join(dir, 'a.parquet');
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [whole.subarray(0, -20), /it is cut off/],
    [whole.subarray(0, 8), /it is cut off/],
    [Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')]), /it is encrypted/],
    [
      Buffer.concat([whole.subarray(0, -8), Buffer.from([0xff, 0xff, 0xff, 0x7f]), Buffer.from('PAR1')]),
      /footer claims/,
    ],
    [
      Buffer.concat([
        Buffer.from('PAR1'),
        Buffer.alloc(40, 0x19),
        Buffer.from([40, 0, 0, 0]),
        Buffer.from('PAR1'),
      ]),
      /it is damaged/,
    ],
  ];
  for (const [bytes, words] of cases) {
    writeFileSync(path, bytes);
    await assert.rejects(openImport(path), { code: 'bad_input', message: words, where: path });
  }
});

test('whatever byte of a file is changed, it is read or refused, and never anything else', async (t) => {
  const path = join(temporaryDir(t), 'a.parquet');
  let refused = 0;
  for (let at = 0; at < whole.length; at += 7) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 0x41;
    writeFileSync(path, bytes);
    try {
      for await (const item of (await openImport(path)).items) assert.ok(item.ok || item.problem.message);
    } catch (error) {
      assert.ok((error as { code?: string }).code === 'bad_input', `byte ${at}: ${String(error)}`);
      refused++;
    }
  }
  assert.ok(refused > 20, `${refused} of them were refused`);
});
