/**
 * The way in: looks at a questions file's content, never at its name, and picks the importer. A file that is none of
 * the formats is read as question JSONL, whose messages then say line by line what is wrong.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { readLines } from './lines.ts';
import { llavaJson, llavaJsonl } from './llava.ts';
import { parseJson } from './parse.ts';
import { questionJsonl } from './question.ts';
import { qzoomJsonl } from './qzoom.ts';
import { readFile } from './records.ts';
import type { Importer, ImportFormat, ImportItem } from './types.ts';

export { Reasons, shown, type RowReason } from './reasons.ts';
export type { Importer, ImportFormat, ImportItem, ImportRecord } from './types.ts';

/** A file opened for import; no more than its first line has been looked at. */
export interface OpenedImport {
  readonly format: ImportFormat;
  readonly items: AsyncIterable<ImportItem>;
}

/**
 * Opens a questions file. Items stream in the order of the file.
 * Throws FoveaError `not_found`, `io`, or `bad_input` for a folder or a file without a single question.
 */
export async function openImport(file: string): Promise<OpenedImport> {
  const importer = await sniff(file);
  return { format: importer.format, items: importer.read(file) };
}

async function sniff(file: string): Promise<Importer> {
  if ((await firstCharacter(file)) === '[') return llavaJson;
  for await (const { text } of readLines(readFile(file))) {
    if (text?.trim() === '') continue;
    const first = parseJson(text ?? '', z.record(z.string(), z.unknown()));
    if (!first.ok) return questionJsonl;
    if ('conversations' in first.value) return llavaJsonl;
    if ('uid' in first.value) return qzoomJsonl;
    return questionJsonl;
  }
  throw new FoveaError('bad_input', 'the questions file is empty', {
    where: file,
    next: 'Give a question JSONL, LLaVA JSON or Q-Zoom JSONL file',
  });
}

/** Looked at by itself: a list may be one line of any length. */
async function firstCharacter(file: string): Promise<string | undefined> {
  for await (const chunk of readFile(file)) {
    const text = Buffer.from(chunk)
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, '')
      .trimStart();
    if (text !== '') return text[0];
  }
  return undefined;
}
