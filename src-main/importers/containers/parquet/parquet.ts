/** One Parquet file, or a folder of them as the Hugging Face Hub has it: the shards of each split one after the other. */
import { basename, extname } from 'node:path';
import { counted } from '../../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import type { Container, ContainerRow, OpenContainer } from '../container.ts';
import { imageColumns } from './features.ts';
import { openParquet, PARQUET, type ParquetFile } from './file.ts';
import { parquetRows } from './rows.ts';
import { type Shard, shardsOf } from './shards.ts';

const STEM_MOST = 100;

export const parquetFile: Container = {
  name: 'parquet',
  words: 'Parquet',
  unit: 'row',
  fits: ({ head }) => PARQUET.every((byte, i) => head[i] === byte),
  open: ({ path }) => openShards([{ path, split: null }]),
};

export const parquetFolder: Container = {
  name: 'parquet-folder',
  words: 'a folder of Parquet files',
  unit: 'row',
  fits: async ({ kind, path }) => kind === 'folder' && (await shardsOf(path)).length > 0,
  open: async ({ path }) => openShards(await shardsOf(path)),
};

async function openShards(shards: readonly Shard[]): Promise<OpenContainer> {
  const looked = await Promise.all(
    shards.map(({ path }) => withParquet(path, (file) => Promise.resolve(factsOf(file)))),
  );
  const [first] = looked;
  if (!first) throw new Error('no shards');
  for (const [i, { columns }] of looked.entries()) {
    if (columns.join('\0') === first.columns.join('\0')) continue;
    throw new FoveaError('bad_input', 'the Parquet files of the folder have different columns', {
      where: shards[i]!.path,
      next: 'Import the parts of the data set one by one',
    });
  }
  const total = looked.reduce((sum, { rows }) => sum + rows, 0);
  const codecs = [...new Set(looked.flatMap((one) => one.codecs))];
  const splits = [...new Set(shards.flatMap(({ split }) => (split === null ? [] : [split])))];
  return {
    detail: [
      ...(shards.length > 1 ? [counted(shards.length, 'file')] : []),
      counted(total, 'row'),
      ...(splits.length > 0 ? [`splits ${splits.join(', ')}`] : []),
      codecs.join(', '),
    ].join('; '),
    columns: first.columns,
    pictureColumns: first.pictures,
    count: () => Promise.resolve(total),
    rows: () => rowsOf(shards),
  };
}

interface Facts {
  readonly rows: number;
  readonly columns: readonly string[];
  readonly pictures: readonly string[];
  readonly codecs: readonly string[];
}

function factsOf(file: ParquetFile): Facts {
  const columns = file.schema.children.map(({ element }) => element.name);
  return { rows: file.rows, columns, pictures: imageColumns(file), codecs: [...file.codecs] };
}

async function* rowsOf(shards: readonly Shard[]): AsyncGenerator<ContainerRow> {
  let line = 0;
  for (const { path, split } of shards) {
    const stem = basename(path, extname(path)).slice(0, STEM_MOST);
    const file = await openParquet(path);
    try {
      let row = 0;
      for await (const fields of parquetRows(file)) {
        const own = split !== null && (fields['split'] ?? null) === null ? { ...fields, split } : fields;
        yield { line: ++line, madeId: `${stem}-row-${++row}`, fields: own };
      }
    } finally {
      await file.file.close();
    }
  }
}

async function withParquet<T>(path: string, body: (file: ParquetFile) => Promise<T>): Promise<T> {
  const file = await openParquet(path);
  try {
    return await body(file);
  } finally {
    await file.file.close();
  }
}
