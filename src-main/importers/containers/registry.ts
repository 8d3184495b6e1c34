/** All containers, the most particular first: the first one that fits reads the file. A new one is a file and a line here. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { coco } from './coco.ts';
import type { Container } from './container.ts';
import { gqaQuestions } from './gqa.ts';
import { jsonKey } from './json-key.ts';
import { jsonLines } from './json-lines.ts';
import { jsonList } from './json-list.ts';
import { refuseOther } from './other-files.ts';
import { parquetFile, parquetFolder } from './parquet/parquet.ts';
import { pickle } from './pickle.ts';
import { pictureFolder } from './picture-folder.ts';
import type { Subject } from './subject.ts';
import { table } from './table.ts';
import { vqaQuestions } from './vqa.ts';

export const CONTAINERS: readonly Container[] = [
  pickle,
  parquetFile,
  parquetFolder,
  pictureFolder,
  jsonList,
  gqaQuestions,
  vqaQuestions,
  jsonLines,
  coco,
  jsonKey,
  table,
];

/**
 * The container of a subject. A file that is of no kind is read as lines, each of which then says what is wrong with it.
 * Throws FoveaError `bad_input` for a folder of no kind and for files that are known and not read.
 */
export async function containerOf(subject: Subject): Promise<Container> {
  for (const container of CONTAINERS) if (await container.fits(subject)) return container;
  if (subject.kind === 'folder') {
    throw new FoveaError('bad_input', `there is nothing in the folder that can be imported`, {
      where: subject.path,
      next: 'Give a file of questions: JSONL, or a JSON list',
    });
  }
  refuseOther(subject);
  return jsonLines;
}
