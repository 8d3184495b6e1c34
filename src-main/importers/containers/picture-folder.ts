/** A folder of pictures, however deep, that are all asked one question: a row for each, its id the path. */
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readPlainStart } from '../../files/plain-file.ts';
import { shown } from '../rows/reasons.ts';
import { fileFailure } from './bytes.ts';
import type { Container, ContainerRow } from './container.ts';
import { walkFiles } from './walk.ts';

/** First bytes of pictures, read or refused by name later: what a file is called says nothing. */
const HEADS: readonly RegExp[] = [
  /^\xff\xd8\xff/,
  /^\x89PNG\r\n\x1a\n/,
  /^GIF8[79]a/,
  /^RIFF....WEBP/s,
  /^(II[*+]\0|MM\0[*+])/,
  /^....ftyp(avif|avis|mif1|msf1|he)/s,
  /^BM/,
];
const HEAD_BYTES = 16;

export const pictureFolder: Container = {
  name: 'picture-folder',
  words: 'a folder of pictures',
  unit: 'row',
  fits: async ({ kind, path }) => {
    if (kind !== 'folder') return false;
    for await (const inner of walkFiles(path)) if (await isPicture(join(path, inner))) return true;
    return false;
  },
  open: ({ path }, { question }) => {
    if (question === null) {
      throw new FoveaError('bad_input', 'the folder holds pictures and no questions', {
        where: path,
        next: 'Say what to ask about each of them (--question "…"), or give a file of questions',
      });
    }
    return Promise.resolve({
      detail: null,
      columns: null,
      count: async () => {
        let count = 0;
        for await (const inner of walkFiles(path)) if (inner !== '') count++;
        return count;
      },
      rows: () => rowsOf(path, question),
    });
  },
};

async function* rowsOf(folder: string, question: string): AsyncGenerator<ContainerRow> {
  let line = 0;
  for await (const inner of walkFiles(folder)) {
    line++;
    if (await isPicture(join(folder, inner))) {
      yield { line, fields: { id: inner, image: inner, question } };
    } else {
      yield { line, problem: { message: 'the file is no picture', value: shown(inner), next: null } };
    }
  }
}

async function isPicture(path: string): Promise<boolean> {
  const head = await readPlainStart(path, HEAD_BYTES).catch((error: unknown) => {
    const failure = fileFailure(path, error);
    // A link that leads nowhere, or what is no file: its row says so where it is asked about.
    if (failure.code === 'not_found' || failure.code === 'bad_input') return Buffer.alloc(0);
    throw failure;
  });
  return HEADS.some((pattern) => pattern.test(head.toString('latin1')));
}
