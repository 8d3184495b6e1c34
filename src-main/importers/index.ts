/**
 * The way in: looks at what a questions file holds, never at its name, and at each row's fields, so that a JSON list may
 * hold any form, and one file several.
 */
import { basename, extname } from 'node:path';
import { conversationRow } from './conversation.ts';
import { shapeOf } from './file-kind.ts';
import { questionRow } from './question.ts';
import { readFile, readItems } from './records.ts';
import { shown } from './reasons.ts';
import { RowError } from './row-error.ts';
import { PLAIN_READING, type ImportItem, type ReadingOptions, type RowReader } from './types.ts';

export { inPicture } from './boxes.ts';
export { Reasons, shown, type RowReason } from './reasons.ts';
export { PLAIN_READING, type ImportItem, type ImportRecord, type ReadingOptions } from './types.ts';

/** A file opened for import; no more than its first byte has been looked at. */
export interface OpenedImport {
  readonly items: AsyncIterable<ImportItem>;
}

/** Of the file's name, in ids made for rows without one. */
const STEM_MOST = 100;

/**
 * Opens a questions file. Items stream in the order of the file.
 * Throws FoveaError `not_found`, `io`, or `bad_input` for a folder, a file without a row, or one of another kind.
 */
export async function openImport(
  file: string,
  options: ReadingOptions = PLAIN_READING,
): Promise<OpenedImport> {
  const shape = await shapeOf(file, readFile(file));
  const stem = basename(file, extname(file)).slice(0, STEM_MOST);
  const read = (fields: Readonly<Record<string, unknown>>, row: number) =>
    readerOf(fields)({ fields, madeId: `${stem}-row-${row}`, options });
  return { items: readItems(file, shape, read) };
}

function readerOf(fields: Readonly<Record<string, unknown>>): RowReader {
  if ('conversations' in fields || 'messages' in fields) return conversationRow;
  if ('text' in fields || 'question' in fields) return questionRow;
  // What a question row lacks is said by its own reader.
  if ('question_id' in fields || 'uid' in fields) return questionRow;
  throw new RowError(
    'the row has none of the forms that are read',
    shown(fields),
    'Give rows with question_id, image and text; with image and conversations; or with images and messages',
  );
}
