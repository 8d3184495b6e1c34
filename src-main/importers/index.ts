/**
 * The way in: a container gives the rows of a file or folder, told by what it holds and never by its name; a form reads
 * each row, told by its own fields, so that a file may hold rows of several forms.
 */
import { basename, extname } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ContainerRow, OpenContainer } from './containers/container.ts';
import { containerOf } from './containers/registry.ts';
import { subjectOf } from './containers/subject.ts';
import { beginForms, formOf } from './forms/registry.ts';
import { PLAIN_READING, type ImportItem, type ReadingOptions } from './types.ts';

export { inPicture } from './rows/boxes.ts';
export { Reasons, shown, type RowReason } from './rows/reasons.ts';
export {
  PLAIN_READING,
  type ImportItem,
  type ImportedMaps,
  type ImportRecord,
  type ReadingOptions,
} from './types.ts';

/** A file opened for import. */
export interface OpenedImport {
  /** What it was found to be. */
  readonly container: { readonly name: string; readonly words: string; readonly unit: 'line' | 'row' };
  readonly detail: OpenContainer['detail'];
  readonly columns: OpenContainer['columns'];
  readonly count: OpenContainer['count'];
  /** In the order of the file; to be walked once. Throws FoveaError `bad_input` where there is no row, `io`. */
  readonly items: AsyncIterable<ImportItem>;
}

/** Of the file's name, in ids made for rows without one. */
const STEM_MOST = 100;

/**
 * Opens what is to be imported, and reads no more of it than says what it is.
 * Throws FoveaError `not_found`, `io`, or `bad_input` for an empty file, and for what is of no kind that is read.
 */
export async function openImport(
  path: string,
  options: ReadingOptions = PLAIN_READING,
): Promise<OpenedImport> {
  const subject = await subjectOf(path, (fields) => formOf(fields) !== null);
  const container = await containerOf(subject);
  const { detail, columns, count, rows } = await container.open(subject, options);
  const { name, words, unit } = container;
  return { container: { name, words, unit }, detail, columns, count, items: itemsOf(path, rows(), options) };
}

async function* itemsOf(
  path: string,
  rows: AsyncIterable<ContainerRow>,
  options: ReadingOptions,
): AsyncGenerator<ImportItem> {
  const stem = basename(path, extname(path)).slice(0, STEM_MOST);
  const read = beginForms();
  let number = 0;
  for await (const row of rows) {
    number++;
    const { line } = row;
    if ('problem' in row) {
      yield { ok: false, line, form: null, problem: row.problem };
      continue;
    }
    const { form, items } = read({ fields: row.fields, madeId: `${stem}-row-${number}`, options });
    for (const item of items) yield { line, form, ...item };
  }
  if (number > 0) return;
  throw new FoveaError('bad_input', 'the questions file has no rows', {
    where: path,
    next: 'Give a file of questions: JSONL, or a JSON list',
  });
}
