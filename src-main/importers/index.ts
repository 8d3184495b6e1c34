/**
 * The way in: a container gives the rows of a file or folder, told by what it holds and never by its name; a form reads
 * each row, told by its own fields, so that a file may hold rows of several forms.
 */
import { basename, extname } from 'node:path';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { withBeside } from './beside/join.ts';
import type { ColumnChoice } from '../../src-shared/contract/procedures.ts';
import { guessColumns, listsOf, renamed } from './columns.ts';
import type { ContainerRow, OpenContainer } from './containers/container.ts';
import { containerOf } from './containers/registry.ts';
import { subjectOf } from './containers/subject.ts';
import { BENCHMARKS } from './forms/benchmarks/index.ts';
import { vlmevalkit } from './forms/vlmevalkit.ts';
import { beginForms, formOf, FORMS } from './forms/registry.ts';
import { PLAIN_READING, type ImportItem, type ReadingOptions } from './rows/types.ts';

export { inPicture } from './rows/boxes.ts';
export { type LoggedAnswer, logAnswers, type LogItem, logNames } from './logs/lmms-eval.ts';
export { Reasons, shown, type RowReason } from './rows/reasons.ts';
export {
  PLAIN_READING,
  type FolderPicture,
  type ImportItem,
  type ImportedMaps,
  type ImportRecord,
  type ReadingOptions,
  type RowPicture,
} from './rows/types.ts';

/** A file opened for import. */
export interface OpenedImport {
  /** What it was found to be. */
  readonly container: { readonly name: string; readonly words: string; readonly unit: 'line' | 'row' };
  readonly detail: OpenContainer['detail'];
  /** Where all rows have the same columns: those, and which fields they are taken for. */
  readonly columns: { readonly names: readonly string[]; readonly choice: ColumnChoice } | null;
  readonly count: OpenContainer['count'];
  /** In the order of the file; to be walked once. Throws FoveaError `bad_input` where there is no row, `io`. */
  readonly items: AsyncIterable<ImportItem>;
}

/** A form in words, by its name. */
export function formWords(name: string): string {
  return FORMS.find((form) => form.name === name)?.words ?? name;
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
  const { detail, columns, pictureColumns = [], count, rows } = await container.open(subject, options);
  const { name, words, unit } = container;
  const choice =
    options.columns ?? guessColumns(columns ?? [], pictureColumns, columns === null || isKnown(columns));
  return {
    container: { name, words, unit },
    detail,
    columns: columns && { names: columns, choice },
    count,
    items: itemsOf(path, rows(), { ...options, columns: choice }, columns !== null),
  };
}

/** Whether rows of these columns are of a form whose columns have names of their own. */
function isKnown(columns: readonly string[]): boolean {
  const form = formOf(Object.fromEntries(columns.map((name) => [name, null])));
  return form !== null && (form === vlmevalkit || BENCHMARKS.includes(form));
}

async function* itemsOf(
  path: string,
  rows: AsyncIterable<ContainerRow>,
  options: ReadingOptions & { readonly columns: ColumnChoice },
  isTable: boolean,
): AsyncGenerator<ImportItem> {
  const stem = basename(path, extname(path)).slice(0, STEM_MOST);
  const read = beginForms();
  let number = 0;
  for await (const row of withBeside(rows, options.annotations ?? null)) {
    const { line } = row;
    const place = { line, row: number };
    number++;
    if ('problem' in row) {
      yield { ok: false, ...place, form: null, problem: row.problem };
      continue;
    }
    const own = renamed(row.fields, options.columns);
    const fields = isTable ? listsOf(own) : own;
    const { form, items } = read({ fields, madeId: row.madeId ?? `${stem}-row-${number}`, options });
    for (const item of items) {
      if (item.ok && row.notes.length > 0)
        yield { ...place, form, ...item, notes: [...item.notes, ...row.notes] };
      else yield { ...place, form, ...item };
    }
  }
  if (number > 0) return;
  throw new FoveaError('bad_input', 'the questions file has no rows', {
    where: path,
    next: 'Give a file of questions: JSONL, or a JSON list',
  });
}
