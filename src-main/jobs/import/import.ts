/**
 * Brings questions into a project: checks each line and its picture, writes in batches, can be stopped and repeated.
 * Pictures stay where they are; of each only the header is read, in threads, while the batch before is written.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Reason } from '../../../src-shared/contract/reasons.ts';
import { PLAIN_READING, Reasons, type ReadingOptions } from '../../importers/index.ts';
import { makeRoom } from '../../store/bulk.ts';
import { hasPredictions } from '../../store/predictions/prediction.ts';
import { importedIds } from '../../store/exchange/import-log.ts';
import { patiently } from '../../store/patience.ts';
import type { Project } from '../../store/file/project.ts';
import { chunksOf } from '../../store/samples/removal.ts';
import { forgetSamples } from '../../store/exchange/unimport.ts';
import { ImportedLabels, type LabelPresets } from './labels.ts';
import { folderOf } from './preview.ts';
import { ImportWriter } from './writer.ts';
import { copiesOf, type Copies } from '../pictures/copies.ts';
import { chosenFolder } from '../pictures/chosen.ts';
import { PictureLooks } from '../pictures/looks.ts';
import { dropUnused, storedFolder, sweepStored } from '../pictures/stored.ts';
import { refuseMoved } from '../pictures/moved.ts';
import { type QuestionBatch, questionBatches } from './reading.ts';

/** Some 25 ms of writing: the disk waits for few commits, and whoever reviews meanwhile hardly at all. */
const BATCH = 1000;
/** Batches of one transaction where nobody has anything to review yet: pages of indexes are written less often. */
const FIRST_BATCHES = 4;
/** Where looking at a batch's pictures takes longer, each is written, and told of, by itself: nobody waits for four. */
const QUICK_LOOKS_MS = 300;

/** Times of files may lag behind the clock by so much. */
const CLOCK_MS = 2000;

export interface ImportReport {
  readonly added: number;
  /** Questions whose sample is in the project already, as they say. */
  readonly skipped: number;
  /** Questions whose sample was in the project and was corrected; `notes` say what. */
  readonly updated: number;
  readonly failed: number;
  /** Labels that came with the file and are in the project now, to be reviewed. */
  readonly labelled: number;
  readonly seconds: number;
  /** Why rows failed, by kind. */
  readonly failures: readonly Reason[];
  /** What was read otherwise than it is written, or left out, by kind, of samples that went in. */
  readonly notes: readonly Reason[];
  /** Pictures that are copies of others; null: nobody could look. */
  readonly copies: Copies | null;
  /** Folders outside of the images folder that links in it lead into; pictures may be read from there from now on. */
  readonly linkedInto: readonly string[];
}

export interface ImportOptions {
  /** Pictures are named relative to this folder and must lie in it; absent: to the file's own, or to the folder itself. */
  readonly imagesDir?: string;
  /** A file of questions, or a folder that is a data set. */
  readonly questionsFile: string;
  /** What the file does not say of itself. */
  readonly reading?: ReadingOptions;
  /** Whose thresholds make labels of maps that come with the file; absent: such a file is refused. */
  readonly labels?: LabelPresets;
  readonly signal?: AbortSignal;
  /** What stopping leaves: whole batches, to go on with (default), or nothing of this import. */
  readonly onStop?: 'keep' | 'take back';
  /** Questions read so far, and the line of the file the last one is on. */
  readonly onProgress?: (questions: number, line: number) => void;
}

/**
 * Imports a question file. Bad lines are refused and counted, the others go in. Throws `not_found` (folder, file),
 * `conflict` (see `refuseMoved`), `cancelled` (see `onStop`), `no_space`, `read_only`, `io`.
 */
export async function importQuestions(project: Project, options: ImportOptions): Promise<ImportReport> {
  const started = performance.now();
  const begun = Date.now() - CLOCK_MS;
  const folder = await chosenFolder(project, options.imagesDir ?? (await folderOf(options.questionsFile)));
  const reading = options.reading ?? PLAIN_READING;
  const questionsFile = resolve(options.questionsFile);
  const looks = new PictureLooks(folder);
  const writer = new ImportWriter(project, await realpath(project.path), folder, { questionsFile, reading });
  const labels = new ImportedLabels(project, questionsFile, options.labels ?? null);
  const giveBack = makeRoom(project.db);
  const [failures, notes] = [new Reasons(), new Reasons()];
  let lines = 0;
  /** Batches that are written at once; the first goes by itself, and says how quick they are. */
  let together = 1;

  const write = async (batches: readonly Waiting[]): Promise<void> => {
    const waiting = performance.now();
    for (const { looked } of batches) await unlessStopped(looked, options.signal);
    const quick = performance.now() - waiting < QUICK_LOOKS_MS * batches.length;
    together = quick && !hasPredictions(project.db) ? FIRST_BATCHES : 1;
    if (lines === 0) {
      const pictures = batches.flatMap((batch) => batch.pictures);
      await refuseMoved(project, folder, writer.newPictures(pictures));
    }
    const outcome = await patiently(() => writer.write(batches));
    for (const { line, reason } of outcome.failures) failures.add(line, reason);
    for (const { line, reason } of outcome.notes) notes.add(line, reason);
    for (const { line, reason } of await labels.store(outcome.labelled, options.signal))
      notes.add(line, reason);
    if (outcome.unused.length > 0) await patiently(() => dropUnused(project, outcome.unused));
    for (const { length } of batches) lines += length;
    options.onProgress?.(lines, outcome.lastLine);
    // Whoever waits for this connection gets a turn.
    await breathe();
    throwIfStopped(options.signal);
  };

  try {
    // Those that were read last: their pictures are looked at while the next ones are read.
    let last: Waiting[] = [];
    for await (const batch of questionBatches(questionsFile, reading, storedFolder(project.path), BATCH)) {
      const looked = writer.lookAt(batch.pictures, looks);
      // Its failure is met when its turn comes.
      looked.catch(() => undefined);
      if (last.length >= together) {
        await write(last);
        last = [];
      }
      last.push({ ...batch, looked });
    }
    if (last.length > 0) await write(last);
    const { added, updated, skipped, failed, importId } = writer.written;
    const copies =
      added === 0 || importId === null
        ? { pictures: 0, groups: [], uncompared: 0 }
        : await copiesOf(project, importId, writer.fingerprints, { signal: options.signal });
    if (added === 0) await patiently(() => writer.forget());
    return {
      added,
      updated,
      skipped,
      failed,
      labelled: labels.made,
      seconds: (performance.now() - started) / 1000,
      failures: failures.list(),
      notes: notes.list(),
      copies,
      linkedInto: writer.linkedInto,
    };
  } catch (thrown) {
    try {
      if (!(thrown instanceof Stopped)) throw thrown;
      return await stop(project, { writer, labels }, lines, options.onStop ?? 'keep');
    } finally {
      // A picture that stays behind takes room and does no harm: the next import of the file finds it.
      await patiently(() => sweepStored(project, begun)).catch(() => undefined);
    }
  } finally {
    looks.close();
    giveBack();
  }
}

/** A batch whose pictures are being looked at. */
interface Waiting extends QuestionBatch {
  readonly looked: Promise<unknown>;
}

/** Thrown by the walk itself where the signal asks for it. */
class Stopped extends Error {}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Stopped();
}

/** Waits, but no longer than until the signal: a hung disk would not answer for long. */
async function unlessStopped(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  throwIfStopped(signal);
  if (!signal) return void (await work);
  const over = new AbortController();
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Stopped()), { signal: over.signal });
  });
  try {
    await Promise.race([work, stopped]);
  } finally {
    over.abort();
  }
}

async function stop(
  project: Project,
  { writer, labels }: { readonly writer: ImportWriter; readonly labels: ImportedLabels },
  lines: number,
  what: 'keep' | 'take back',
): Promise<never> {
  const { importId, added, updated } = writer.written;
  const corrected = updated > 0 ? ` ${counted(updated, 'sample')} that it corrected` : '';
  if (what === 'keep') {
    if (added === 0) await patiently(() => writer.forget());
    throw new FoveaError(
      'cancelled',
      added + updated === 0
        ? 'stopped; nothing of the import is in the project'
        : `stopped after ${counted(lines, 'question')}; ${counted(added, 'sample of them is', 'samples of them are')} in the project now${corrected && `, and${corrected}`}`,
      { next: added + updated === 0 ? 'Import the file again' : 'Import the same file again to go on' },
    );
  }
  let gone = 0;
  if (importId !== null) {
    for (const chunk of chunksOf(importedIds(project.db, importId))) {
      gone += await patiently(() => forgetSamples(project.db, chunk, labels.runIds));
      await breathe();
    }
  }
  const stay = added - gone;
  await patiently(() => labels.unsettle());
  if (stay === 0) await patiently(() => writer.forget());
  throw new FoveaError(
    'cancelled',
    stay === 0
      ? `the import was cancelled; nothing of it is in the project${corrected && `, but for${corrected}`}`
      : `the import was cancelled; ${counted(stay, 'sample of it was worked with already and stays', 'samples of it were worked with already and stay')}`,
    { next: 'Import the file again whenever you like' },
  );
}
