/**
 * What an import would do, with nothing written: what the file was found to be, its first questions as they would become
 * samples, and what is the matter with the others. Pictures are looked at as an import does.
 */
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ImportPreview } from '../../../src-shared/contract/procedures.ts';
import { guardedStat } from '../../files/plain-file.ts';
import { formWords, inPicture, openImport, type ReadingOptions, Reasons } from '../../importers/index.ts';
import type { ChosenFolder } from '../pictures/chosen.ts';
import { PictureLooks } from '../pictures/looks.ts';
import type { ReadItem } from './embedded.ts';
import { questionBatches } from './reading.ts';

/** Questions that are looked at where not all are asked for. */
const FIRST = 200;
/** Shown as they would become samples. */
const SHOWN = 10;
const BATCH = 1000;

export interface PreviewOptions {
  /** Absent: where the file lies. */
  readonly imagesDir?: string;
  readonly questionsFile: string;
  readonly reading: ReadingOptions;
  /** All of it, or the first questions. */
  readonly whole: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: number, of: number) => void;
}

/** Throws FoveaError as `importQuestions` does of its file and folder, and `cancelled`. */
export async function previewImport(options: PreviewOptions): Promise<ImportPreview> {
  const { questionsFile, reading, whole, signal, onProgress } = options;
  const { container, detail, columns, count } = await openImport(questionsFile, reading);
  const folder = await folderToLookAt(options.imagesDir ?? (await folderOf(questionsFile)));
  const total = await count();
  const looks = new PictureLooks(folder);
  const [failures, notes] = [new Reasons(), new Reasons()];
  const forms = new Map<string, number>();
  const samples: ImportPreview['samples'][number][] = [];
  let [good, failed] = [0, 0];
  try {
    for await (const batch of questionBatches(questionsFile, reading, null, whole ? BATCH : FIRST)) {
      const items = batch.items();
      for (const item of await lookedAt(items, looks, reading)) {
        if (item.form !== null) forms.set(item.form, (forms.get(item.form) ?? 0) + 1);
        if (!item.ok) {
          failed++;
          failures.add(item.line, item.problem);
          continue;
        }
        good++;
        for (const note of item.notes) notes.add(item.line, note);
        if (samples.length < SHOWN) samples.push(sampleOf(item));
      }
      if (signal?.aborted) throw new FoveaError('cancelled', 'the check was cancelled');
      onProgress?.(items.at(-1)?.line ?? 0, total);
      if (!whole) break;
    }
  } finally {
    looks.close();
  }
  return {
    container: { ...container, detail },
    columns: columns && { names: [...columns.names], choice: columns.choice },
    forms: [...forms].map(([name, questions]) => ({ words: formWords(name), questions })),
    samples,
    whole: whole || good + failed < FIRST,
    places: total,
    good,
    failed,
    failures: failures.list(),
    notes: notes.list(),
  };
}

/** What pictures are relative to where nothing else is said. */
export async function folderOf(questions: string): Promise<string> {
  const found = await guardedStat(questions).catch(() => null);
  // Beside the file itself and not beside a link to it: that may lie where nothing was given leave to be read.
  return found?.isDirectory()
    ? questions
    : dirname(await realpath(questions).catch(() => resolve(questions)));
}

async function folderToLookAt(dir: string): Promise<ChosenFolder> {
  const found = await guardedStat(dir).catch(() => null);
  if (!found?.isDirectory()) {
    throw new FoveaError('not_found', 'the images folder is missing', {
      where: dir,
      next: 'Give the folder that the image paths of the questions start from',
    });
  }
  return { dir, real: await realpath(dir), rootId: null };
}

async function lookedAt(
  batch: readonly ReadItem[],
  looks: PictureLooks,
  { boxes }: ReadingOptions,
): Promise<ReadItem[]> {
  const paths = new Set<string>();
  for (const item of batch)
    if (item.ok && item.record.picture.in === 'folder') paths.add(item.record.picture.path);
  const found = new Map([...paths].map((path, i) => [path, i] as const));
  const looked = await looks.look([...paths]);
  return batch.map((item): ReadItem => {
    if (!item.ok) return item;
    const { picture } = item.record;
    if (picture.in === 'project') return inPicture(item, [picture.width, picture.height], boxes);
    const one = looked[found.get(picture.path)!]!;
    if (!('error' in one)) return inPicture(item, [one.image.width, one.image.height], boxes);
    const { message, next } = one.error;
    const { line, row, form } = item;
    return {
      ok: false,
      line,
      row,
      form,
      problem: { message, value: picture.path, next: next ?? 'Check the picture' },
    };
  });
}

function sampleOf({ line, record }: ReadItem & { readonly ok: true }): ImportPreview['samples'][number] {
  const { picture, externalId, question, referenceAnswer, language, split, tags, truthBoxes } = record;
  return {
    line,
    id: externalId,
    picture: picture.in === 'folder' ? picture.path : null,
    question,
    answer: referenceAnswer,
    language,
    split,
    tags: [...tags],
    boxes: truthBoxes.length,
  };
}
