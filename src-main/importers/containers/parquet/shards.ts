/**
 * The Parquet files of a folder as the Hugging Face Hub has it, in their order, and the split of each: by its name where
 * that is `SPLIT-00000-of-00002`, else by the words that `datasets` looks for in names of files and folders
 * (datasets/data_files.py, SPLIT_KEYWORDS).
 */
import { basename, join, relative, sep } from 'node:path';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import { readPlainStart } from '../../../files/plain-file.ts';
import { walkFiles } from '../walk.ts';
import { PARQUET } from './file.ts';

export interface Shard {
  readonly path: string;
  readonly split: string | null;
}

const NUMBERED = /^(.+)-(\d{5})-of-(\d{5})(?:-[0-9a-f]+)?\.parquet$/;
const LFS = Buffer.from('version https://git-lfs');
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'dev', 'val'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};
/** A folder of more is not opened file by file. */
const MOST = 10_000;

/** Empty for a folder without such files. Throws FoveaError `bad_input` where a shard is missing or was not downloaded. */
export async function shardsOf(folder: string): Promise<Shard[]> {
  const found: string[] = [];
  for await (const path of walkFiles(folder)) {
    if (!path.endsWith('.parquet')) continue;
    found.push(path);
    if (found.length > MOST) {
      throw new FoveaError('bad_input', `the folder has more than ${MOST} Parquet files`, {
        where: folder,
        next: 'Import its parts one by one',
      });
    }
  }
  const shards: Shard[] = [];
  for (const inner of found.sort()) {
    const path = join(folder, inner);
    const head = await readPlainStart(path, LFS.length);
    if (head.equals(LFS)) {
      throw new FoveaError('bad_input', 'the file was not downloaded: what lies here only points to it', {
        where: path,
        next: 'Run git lfs pull in the folder',
      });
    }
    if (head.subarray(0, PARQUET.length).equals(PARQUET))
      shards.push({ path, split: splitOf(relative(folder, path)) });
  }
  requireAll(shards);
  return shards;
}

function splitOf(inner: string): string | null {
  const numbered = NUMBERED.exec(basename(inner));
  if (numbered) return numbered[1]!;
  const words = new Set(inner.toLowerCase().split(/[^a-z]+/));
  const named = Object.entries(KEYWORDS).filter(([, all]) => all.some((word) => words.has(word)));
  return named.length === 1 ? named[0]![0] : null;
}

function requireAll(shards: readonly Shard[]): void {
  const there = new Set(shards.map(({ path }) => path));
  for (const { path } of shards) {
    const [, stem, , total] = NUMBERED.exec(basename(path)) ?? [];
    if (
      stem === undefined ||
      total === undefined ||
      basename(path).length !== `${stem}-00000-of-${total}.parquet`.length
    )
      continue;
    for (let i = 0; i < Math.min(Number(total), MOST); i++) {
      const other = join(
        path.slice(0, path.lastIndexOf(sep)),
        `${stem}-${String(i).padStart(5, '0')}-of-${total}.parquet`,
      );
      if (there.has(other)) continue;
      throw new FoveaError('bad_input', 'a part of the data set is missing', {
        where: other,
        next: 'Get it, or import the parts that are there one by one',
      });
    }
  }
}
