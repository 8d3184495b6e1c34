/**
 * Brings questions into a project: checks each line and its picture, writes in batches, can be stopped and repeated.
 * Pictures stay where they are; of each only the header is read.
 */
import { realpath } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Reason } from '../../src-shared/contract/reasons.ts';
import {
  inPicture,
  openImport,
  PLAIN_READING,
  Reasons,
  shown,
  type ImportItem,
  type ReadingOptions,
} from '../importers/index.ts';
import { transact } from '../store/db.ts';
import { ensureImage } from '../store/image.ts';
import type { Project } from '../store/project.ts';
import { addSample } from '../store/sample.ts';
import { forgetSamples, UNIMPORT_CHUNK } from '../store/unimport.ts';
import { correctSample } from './corrections.ts';
import {
  type ChosenFolder,
  type ChosenPicture,
  chosenFolder,
  chosenPicture,
  registerFolder,
} from './pictures/chosen.ts';
import { refuseMoved } from './pictures/moved.ts';

/** Large enough that the disk waits for few commits, small enough that stopping loses little. */
const BATCH = 500;
export interface ImportReport {
  readonly added: number;
  /** Questions whose sample is in the project already, as they say. */
  readonly skipped: number;
  /** Questions whose sample was in the project and was corrected; `notes` say what. */
  readonly updated: number;
  readonly failed: number;
  readonly seconds: number;
  /** Why rows failed, by kind. */
  readonly failures: readonly Reason[];
  /** What was read otherwise than it is written, or left out, by kind, of samples that went in. */
  readonly notes: readonly Reason[];
  /** Folders outside of the images folder that links in it lead into; pictures may be read from there from now on. */
  readonly linkedInto: readonly string[];
}

export interface ImportOptions {
  /** Pictures are named relative to this folder and must lie in it. */
  readonly imagesDir: string;
  readonly questionsFile: string;
  /** What the file does not say of itself. */
  readonly reading?: ReadingOptions;
  readonly signal?: AbortSignal;
  /** What stopping leaves: whole batches, to go on with (default), or nothing of this import. */
  readonly onStop?: 'keep' | 'take back';
  /** Questions read so far, and the line of the file the last one is on. */
  readonly onProgress?: (questions: number, line: number) => void;
}

type Checked = Extract<ImportItem, { ok: true }> & { readonly picture: ChosenPicture };

/**
 * Imports a question file. Bad lines are refused and counted, the others go in. Throws `not_found` (folder, file),
 * `conflict` (see `refuseMoved`), `cancelled` (see `onStop`), `no_space`, `read_only`, `io`.
 */
export async function importQuestions(project: Project, options: ImportOptions): Promise<ImportReport> {
  const started = performance.now();
  let root = await chosenFolder(project, options.imagesDir);
  const realProject = await realpath(project.path);
  const sizes = new Map<string, Promise<ChosenPicture>>();
  const linkedInto = new Set<string>();
  const [failures, notes] = [new Reasons(), new Reasons()];
  const reading = options.reading ?? PLAIN_READING;
  let [added, updated, skipped, failed, lines] = [0, 0, 0, 0, 0];
  let batch: ImportItem[] = [];
  const addedIds: number[] = [];

  const stop = async (): Promise<never> => {
    const corrected = updated > 0 ? ` ${updated} samples that it corrected` : '';
    if (options.onStop !== 'take back') {
      throw new FoveaError(
        'cancelled',
        `stopped after ${lines} questions; ${added} samples were added${corrected && `, and${corrected}`}`,
        {
          next: 'Import the same file again to go on',
        },
      );
    }
    let gone = 0;
    for (let at = 0; at < addedIds.length; at += UNIMPORT_CHUNK) {
      gone += forgetSamples(project.db, addedIds.slice(at, at + UNIMPORT_CHUNK));
      await breathe();
    }
    const stay = added - gone;
    throw new FoveaError(
      'cancelled',
      stay === 0
        ? `the import was cancelled; nothing of it is in the project${corrected && `, but for${corrected}`}`
        : `the import was cancelled; ${stay} of its samples were worked with already and stay`,
      { next: 'Import the file again whenever you like' },
    );
  };

  const flush = async (): Promise<void> => {
    const items = batch;
    batch = [];
    const checked = await Promise.all(items.map((item) => check(item, root, sizes, reading)));
    sizes.clear();
    const good = checked.filter((found) => found.ok);
    for (const { picture } of good) if (picture.linkedInto !== null) linkedInto.add(picture.linkedInto);
    for (const found of checked) {
      if (found.ok) continue;
      failed++;
      failures.add(found.line, found.problem);
    }
    if (lines === 0)
      await refuseMoved(
        project,
        root,
        good.map(({ picture }) => picture.image),
      );
    transact(project.db, () => {
      if (good.length === 0) return;
      const rootId = registerFolder(project, root, realProject, linkedInto);
      root = { ...root, rootId };
      for (const { line, record, picture, notes: own } of good) {
        const sample = { ...record, imageId: ensureImage(project.db, { ...picture.image, rootId }) };
        const id = addSample(project.db, sample);
        const corrections = id === null ? correctSample(project.db, sample) : [];
        if (id !== null) added++;
        else if (corrections.length > 0) updated++;
        else skipped++;
        if (id !== null && options.onStop === 'take back') addedIds.push(id);
        if (id !== null || corrections.length > 0)
          for (const note of [...own, ...corrections]) notes.add(line, note);
      }
    });
    lines += items.length;
    options.onProgress?.(lines, items.at(-1)?.line ?? 0);
    if (options.signal?.aborted) await stop();
  };

  const { items } = await openImport(options.questionsFile, reading);
  for await (const item of items) {
    batch.push(item);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return {
    added,
    updated,
    skipped,
    failed,
    seconds: (performance.now() - started) / 1000,
    failures: failures.list(),
    notes: notes.list(),
    linkedInto: [...linkedInto],
  };
}

async function check(
  item: ImportItem,
  root: ChosenFolder,
  sizes: Map<string, Promise<ChosenPicture>>,
  reading: ReadingOptions,
): Promise<Checked | Extract<ImportItem, { ok: false }>> {
  if (!item.ok) return item;
  const { record } = item;
  try {
    // Several questions about one picture follow one another: its header is read once.
    let picture = sizes.get(record.imagePath);
    if (!picture) sizes.set(record.imagePath, (picture = chosenPicture(root, record.imagePath)));
    const chosen = await picture;
    const placed = inPicture(item, [chosen.image.width, chosen.image.height], reading.boxes);
    return placed.ok ? { ...placed, picture: chosen } : placed;
  } catch (thrown) {
    const error = FoveaError.from(thrown);
    return {
      ok: false,
      line: item.line,
      problem: {
        message: error.message,
        value: shown(record.imagePath),
        next: error.next ?? 'Check the picture',
      },
    };
  }
}
