/**
 * The writing half of an import: remembers the pictures it knows, writes each batch of rows in one transaction, and notes
 * which samples the import added.
 */
import { join } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { inPicture, type ReadingOptions, type RowReason, shown } from '../../importers/index.ts';
import { transactInBulk } from '../../store/bulk.ts';
import { ensureImage, type NewImage } from '../../store/pictures/image.ts';
import { beginImport, forgetImport, noteImported } from '../../store/exchange/import-log.ts';
import type { Project } from '../../store/file/project.ts';
import { addSamples, type NewSample } from '../../store/samples/sample.ts';
import type { LabelledSample } from './labels.ts';
import { correctSample } from './corrections.ts';
import type { QuestionBatch } from './reading.ts';
import { keyOf, type ReadItem, type ReadPicture } from './embedded.ts';
import { type ChosenFolder, type ChosenPicture, registerFolder } from '../pictures/chosen.ts';
import { type PackedFingerprints, TakenFingerprints } from '../pictures/fingerprints.ts';
import type { PictureLooks } from '../pictures/looks.ts';
import { ensureStoredRoot, isStored, storedFolder } from '../pictures/stored.ts';

/** Pictures remembered at least, some 5 MB, and at most twice as many; what was not met among so many is looked at again. */
const PICTURES_REMEMBERED = 30_000;

const NOTHING = { id: null, notes: [] } as const;

/** What is to be said of a line. */
interface LineReason {
  readonly line: number;
  readonly reason: RowReason;
}

/** What became of batches: the lines that did not go in, and what is to be said of those that did. */
export interface BatchOutcome {
  readonly failures: readonly LineReason[];
  readonly notes: readonly LineReason[];
  /** Samples whose rows came with labels' maps, those that were there already too. */
  readonly labelled: readonly LabelledSample[];
  /** Stored pictures of rows that did not go in. */
  readonly unused: readonly string[];
  /** The line that the last question is on. */
  readonly lastLine: number;
}

/** A {@link BatchOutcome} while it is gathered. */
interface BatchNotes {
  readonly failures: LineReason[];
  readonly notes: LineReason[];
  readonly labelled: LabelledSample[];
  readonly unused: string[];
  lastLine: number;
}

/** A picture that is registered. */
interface Registered {
  readonly id: number;
  readonly size: readonly [width: number, height: number];
}

/** What is known of a picture: that it is registered, its facts while it is not, or why it cannot be taken. */
type Known = Registered | ChosenPicture | { readonly message: string; readonly next: string };

/** A question with its picture, and its boxes in that picture's pixels. */
interface Placed {
  readonly item: Extract<ReadItem, { ok: true }>;
  readonly picture: Registered | ChosenPicture;
}

/** Pictures that a transaction registers, with what they are remembered by. */
type NewIds = Map<ChosenPicture, { readonly key: string; readonly registered: Registered }>;

/** Ids of the folders that pictures of a batch are in. */
type Roots = Readonly<Record<ReadPicture['in'], number>>;
/** No picture of the batch is there. */
const NO_ROOT = -1;

interface Written {
  readonly added: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failed: number;
  /** Null while nothing was written. */
  readonly importId: number | null;
}

export class ImportWriter {
  readonly #project: Project;
  readonly #realProject: string;
  readonly #questionsFile: string;
  readonly #reading: ReadingOptions;
  readonly #linkedInto = new Set<string>();
  readonly #folder: ChosenFolder;
  readonly #fingerprints = new TakenFingerprints();
  #pictures = new Map<string, Known | null>();
  #olderPictures = new Map<string, Known | null>();
  /** The picture that was asked for last. */
  #last: { readonly key: string; readonly known: Known | null } | null = null;
  #written: Written = { added: 0, updated: 0, skipped: 0, failed: 0, importId: null };

  /** @param realProject the project's folder, links resolved */
  constructor(
    project: Project,
    realProject: string,
    folder: ChosenFolder,
    { questionsFile, reading }: { readonly questionsFile: string; readonly reading: ReadingOptions },
  ) {
    this.#project = project;
    this.#realProject = realProject;
    this.#folder = folder;
    this.#questionsFile = questionsFile;
    this.#reading = reading;
  }

  /** What is in the project of this import, as it was committed. */
  get written(): Written {
    return this.#written;
  }

  /** Fingerprints that were taken of pictures that were looked at. */
  get fingerprints(): PackedFingerprints {
    return this.#fingerprints.packed();
  }

  /** Folders outside of the images folder that links in it lead into. */
  get linkedInto(): string[] {
    return [...this.#linkedInto];
  }

  /** Has the pictures of a batch looked at that are not known yet; to be waited for before the batch is written. */
  async lookAt(pictures: readonly ReadPicture[], looks: PictureLooks): Promise<void> {
    const paths: string[] = [];
    this.#last = null;
    if (this.#pictures.size > PICTURES_REMEMBERED) {
      this.#olderPictures = this.#pictures;
      this.#pictures = new Map();
    }
    for (const picture of pictures) {
      const key = keyOf(picture);
      if (this.#pictures.has(key)) continue;
      const older = this.#olderPictures.get(key);
      if (older === undefined && picture.in === 'folder') paths.push(picture.path);
      // Null: asked for, and the next batch need not ask again.
      this.#pictures.set(
        key,
        older ??
          (picture.in === 'folder' ? null : { image: picture, linkedInto: null, sha256: picture.sha256 }),
      );
    }
    if (paths.length === 0) return;
    const looked = await looks.look(paths);
    for (const [i, found] of looked.entries())
      this.#learn(keyOf({ in: 'folder', path: paths[i]! }), knownOf(found));
  }

  /** Of these pictures those that are not registered yet. */
  newPictures(pictures: readonly ReadPicture[]): Omit<NewImage, 'rootId'>[] {
    return pictures.flatMap((picture) => {
      const known = picture.in === 'folder' ? this.#known(keyOf(picture)) : null;
      return known && 'image' in known ? [known.image] : [];
    });
  }

  /**
   * Writes batches in one transaction.
   * @param batches each is asked when its turn comes, so that the questions of one at a time are in memory
   */
  write(batches: readonly Pick<QuestionBatch, 'items'>[]): BatchOutcome {
    const { written, outcome, ids } = transactInBulk(this.#project.db, () => {
      const ids: NewIds = new Map();
      const outcome: BatchNotes = { failures: [], notes: [], labelled: [], unused: [], lastLine: 0 };
      let written = this.#written;
      for (const batch of batches) written = this.#writeBatch(batch.items(), written, ids, outcome);
      return { written, outcome, ids };
    });
    this.#written = written;
    for (const [{ image, sha256 }, { key, registered }] of ids) {
      if (sha256 !== null) this.#fingerprints.add(registered.id, image, sha256);
      this.#learn(key, registered);
    }
    return outcome;
  }

  /** In the caller's transaction. */
  #writeBatch(batch: readonly ReadItem[], before: Written, ids: NewIds, outcome: BatchNotes): Written {
    const placed: Placed[] = [];
    for (const item of batch) {
      const found = this.#place(item);
      if ('picture' in found) placed.push(found);
      else {
        outcome.failures.push({ line: found.line, reason: found.problem });
        before = { ...before, failed: before.failed + 1 };
        if (item.ok && item.record.picture.in === 'project') outcome.unused.push(item.record.picture.path);
      }
    }
    outcome.lastLine = batch.at(-1)?.line ?? outcome.lastLine;
    if (placed.length === 0) return before;
    const roots = this.#roots(placed);
    const samples = placed.map((row) => sampleOf(row, this.#imageId(row, roots, ids)));
    return this.#add(placed, samples, before, roots[placed[0]!.item.record.picture.in], outcome);
  }

  /** The folders of these pictures, registered. In the caller's transaction. */
  #roots(placed: readonly Placed[]): Roots {
    const of = (where: ReadPicture['in']): boolean =>
      placed.some(({ item }) => item.record.picture.in === where);
    const { db, path } = this.#project;
    return {
      folder: of('folder')
        ? registerFolder(this.#project, this.#folder, this.#realProject, this.#linkedInto)
        : NO_ROOT,
      project: of('project') ? ensureStoredRoot(db, path, this.#realProject) : NO_ROOT,
    };
  }

  /** Adds what is new, corrects what is there and differs. In the caller's transaction. */
  #add(
    placed: readonly Placed[],
    samples: readonly NewSample[],
    before: Written,
    rootId: number,
    { notes, labelled }: Pick<BatchNotes, 'notes' | 'labelled'>,
  ): Written {
    const { db } = this.#project;
    let { added, updated, skipped } = before;
    const runs = new AddedRuns(placed);
    for (const [i, id] of addSamples(db, samples).entries()) {
      const { id: known, notes: corrections } = id === null ? correctSample(db, samples[i]!) : NOTHING;
      if (id !== null) {
        runs.add(id, i);
        added++;
      } else if (corrections.length > 0) updated++;
      else skipped++;
      const { item, picture } = placed[i]!;
      const { line, notes: own, record } = item;
      const sampleId = id ?? known;
      if (record.labelled && sampleId !== null) {
        labelled.push({ line, sampleId, size: sizeOf(picture), maps: record.labelled });
      }
      if (id === null && corrections.length === 0) continue;
      for (const reason of own) notes.push({ line, reason });
      for (const reason of corrections) notes.push({ line, reason });
    }
    const importId = before.importId ?? beginImport(db, this.#questionsFile, rootId);
    const counts = { added, updated, skipped, failed: before.failed };
    noteImported(db, importId, counts, runs.list);
    return { ...counts, importId };
  }

  /** With its picture, and its boxes in that picture's pixels; or why not. */
  #place(item: ReadItem): Placed | Extract<ReadItem, { ok: false }> {
    if (!item.ok) return item;
    const { path: imagePath } = item.record.picture;
    const picture = this.#known(keyOf(item.record.picture));
    if (!picture) throw new Error(`nobody looked at ${imagePath}`);
    if ('message' in picture) return { ...item, ok: false, problem: { ...picture, value: shown(imagePath) } };
    if ('image' in picture && picture.linkedInto !== null) this.#linkedInto.add(picture.linkedInto);
    const placed = inPicture(item, sizeOf(picture), this.#reading.boxes);
    return placed.ok ? { item: placed, picture } : placed;
  }

  #imageId({ item: { record }, picture }: Placed, roots: Roots, ids: NewIds): number {
    if ('id' in picture) return picture.id;
    const met = ids.get(picture);
    if (met) return met.registered.id;
    if (record.picture.in === 'project') requireStored(this.#project, record.picture.path);
    const id = ensureImage(this.#project.db, { ...picture.image, rootId: roots[record.picture.in] });
    ids.set(picture, { key: keyOf(record.picture), registered: { id, size: sizeOf(picture) } });
    return id;
  }

  /** Forgets that there was an import: nothing of it is there. */
  forget(): void {
    const { importId } = this.#written;
    if (importId !== null) forgetImport(this.#project.db, importId);
    this.#written = { ...this.#written, importId: null };
  }

  #known(key: string): Known | null {
    // Questions about one picture follow one another.
    if (this.#last?.key === key) return this.#last.known;
    const known = this.#pictures.get(key) ?? this.#olderPictures.get(key) ?? null;
    this.#last = { key, known };
    return known;
  }

  #learn(key: string, known: Known): void {
    this.#last = null;
    const there = this.#pictures.has(key) ? this.#pictures : this.#olderPictures;
    there.set(key, known);
  }
}

/** Ids that were given in a batch, in runs in which ids and rows go up together, or in which they do not. */
class AddedRuns {
  readonly #placed: readonly Placed[];
  readonly list: { first: number; last: number; readonly firstRow: number | null }[] = [];

  constructor(placed: readonly Placed[]) {
    this.#placed = placed;
  }

  /** @param i its place in the batch */
  add(id: number, i: number): void {
    const { row } = this.#placed[i]!.item;
    // Several questions of one row, as of a conversation: the row's number names none of them.
    const shared = this.#placed[i - 1]?.item.row === row || this.#placed[i + 1]?.item.row === row;
    const own = shared ? null : row;
    const run = this.list.at(-1);
    const follows =
      run?.last === id - 1 &&
      (run.firstRow === null || own === null
        ? run.firstRow === own
        : run.firstRow + (id - run.first) === own);
    if (run && follows) run.last = id;
    else this.list.push({ first: id, last: id, firstRow: own });
  }
}

/** Asked under the write lock, in which nobody takes it away. */
function requireStored(project: Project, path: string): void {
  if (isStored(storedFolder(project.path), path)) return;
  throw new FoveaError('io', 'a picture that was stored for this import was deleted meanwhile', {
    where: join(storedFolder(project.path), path),
    next: 'Import the file again to go on',
  });
}

function sampleOf({ item: { record } }: Placed, imageId: number): NewSample {
  const { externalId, question, referenceAnswer, truthBoxes, language, split, tags, benchmark } = record;
  const sample = { externalId, imageId, question, referenceAnswer, truthBoxes, language, split, tags };
  return benchmark ? { ...sample, benchmark } : sample;
}

function sizeOf(picture: Registered | ChosenPicture): readonly [number, number] {
  return 'id' in picture ? picture.size : [picture.image.width, picture.image.height];
}

function knownOf(looked: Awaited<ReturnType<PictureLooks['look']>>[number]): Known {
  if (!('error' in looked)) return looked;
  return { message: looked.error.message, next: looked.error.next ?? 'Check the picture' };
}
