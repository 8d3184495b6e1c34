/**
 * The writing half of an import: remembers the pictures it knows, writes each batch of rows in one transaction, and notes
 * which samples the import added.
 */
import {
  type ImportItem,
  inPicture,
  type ReadingOptions,
  type RowReason,
  shown,
} from '../../importers/index.ts';
import { transactInBulk } from '../../store/bulk.ts';
import { ensureImage, type NewImage } from '../../store/pictures/image.ts';
import { beginImport, forgetImport, noteImported } from '../../store/exchange/import-log.ts';
import type { Project } from '../../store/file/project.ts';
import { addSamples, type NewSample } from '../../store/samples/sample.ts';
import type { LabelledSample } from './labels.ts';
import { correctSample } from './corrections.ts';
import { type ChosenFolder, type ChosenPicture, registerFolder } from '../pictures/chosen.ts';
import type { PictureLooks } from '../pictures/looks.ts';

/** Pictures remembered at least, some 25 MB, and at most twice as many; what was not met among so many is looked at again. */
const PICTURES_REMEMBERED = 150_000;

const NOTHING = { id: null, notes: [] } as const;

/** What is to be said of a line. */
interface LineReason {
  readonly line: number;
  readonly reason: RowReason;
}

/** What became of a batch: the lines that did not go in, and what is to be said of those that did. */
export interface BatchOutcome {
  readonly failures: readonly LineReason[];
  readonly notes: readonly LineReason[];
  /** Samples whose rows came with labels' maps, those that were there already too. */
  readonly labelled: readonly LabelledSample[];
}

/** A picture that is registered. */
interface Registered {
  readonly id: number;
  readonly size: readonly [width: number, height: number];
}

/** What is known of a picture: that it is registered, its facts while it is not, or why it cannot be taken. */
type Known = Registered | ChosenPicture | { readonly message: string; readonly next: string };

type Placed = Extract<ImportItem, { ok: true }> & { readonly picture: Registered | ChosenPicture };

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
  #folder: ChosenFolder;
  #pictures = new Map<string, Known | null>();
  #olderPictures = new Map<string, Known | null>();
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

  /** Folders outside of the images folder that links in it lead into. */
  get linkedInto(): string[] {
    return [...this.#linkedInto];
  }

  /** Has the pictures of a batch looked at that are not known yet; to be waited for before the batch is written. */
  async lookAt(batch: readonly ImportItem[], looks: PictureLooks): Promise<void> {
    const paths: string[] = [];
    if (this.#pictures.size > PICTURES_REMEMBERED) {
      this.#olderPictures = this.#pictures;
      this.#pictures = new Map();
    }
    for (const item of batch) {
      if (!item.ok || this.#pictures.has(item.record.picture.path)) continue;
      const { path: imagePath } = item.record.picture;
      const older = this.#olderPictures.get(imagePath);
      if (older === undefined) paths.push(imagePath);
      // Null: asked for, and the next batch need not ask again.
      this.#pictures.set(imagePath, older ?? null);
    }
    if (paths.length === 0) return;
    const looked = await looks.look(paths);
    for (const [i, found] of looked.entries()) this.#learn(paths[i]!, knownOf(found));
  }

  /** Pictures of a batch that are not registered yet. */
  newPictures(batch: readonly ImportItem[]): Omit<NewImage, 'rootId'>[] {
    return batch.flatMap((item) => {
      const known = item.ok ? this.#known(item.record.picture.path) : null;
      return known && 'image' in known ? [known.image] : [];
    });
  }

  /** Writes a batch in one transaction. */
  write(batch: readonly ImportItem[]): BatchOutcome {
    const failures: LineReason[] = [];
    const placed: Placed[] = [];
    for (const item of batch) {
      const found = this.#place(item);
      if (found.ok) placed.push(found);
      else failures.push({ line: found.line, reason: found.problem });
    }
    const notes: LineReason[] = [];
    const labelled: LabelledSample[] = [];
    const ids = new Map<string, Registered>();
    const before = { ...this.#written, failed: this.#written.failed + failures.length };
    const { written, rootId } = transactInBulk(this.#project.db, () => {
      if (placed.length === 0) return { written: before, rootId: this.#folder.rootId };
      const rootId = registerFolder(this.#project, this.#folder, this.#realProject, this.#linkedInto);
      const samples = placed.map((row): NewSample => ({
        ...row.record,
        imageId: this.#imageId(row, rootId, ids),
      }));
      return { written: this.#add(placed, samples, before, rootId, { notes, labelled }), rootId };
    });
    this.#written = written;
    this.#folder = { ...this.#folder, rootId };
    for (const [path, registered] of ids) this.#learn(path, registered);
    return { failures, notes, labelled };
  }

  /** Adds what is new, corrects what is there and differs. In the caller's transaction. */
  #add(
    placed: readonly Placed[],
    samples: readonly NewSample[],
    before: Written,
    rootId: number,
    { notes, labelled }: { readonly notes: LineReason[]; readonly labelled: LabelledSample[] },
  ): Written {
    const { db } = this.#project;
    let { added, updated, skipped } = before;
    let [first, last]: (number | null)[] = [null, null];
    for (const [i, id] of addSamples(db, samples).entries()) {
      const { id: known, notes: corrections } = id === null ? correctSample(db, samples[i]!) : NOTHING;
      if (id !== null) {
        first ??= id;
        last = id;
        added++;
      } else if (corrections.length > 0) updated++;
      else skipped++;
      const { line, notes: own, record, picture } = placed[i]!;
      const sampleId = id ?? known;
      if (record.labelled && sampleId !== null) {
        labelled.push({ line, sampleId, size: sizeOf(picture), maps: record.labelled });
      }
      if (id === null && corrections.length === 0) continue;
      for (const reason of [...own, ...corrections]) notes.push({ line, reason });
    }
    const importId = before.importId ?? beginImport(db, this.#questionsFile, rootId);
    const counts = { added, updated, skipped, failed: before.failed };
    noteImported(db, importId, counts, first === null || last === null ? null : { first, last });
    return { ...counts, importId };
  }

  /** With its picture, and its boxes in that picture's pixels; or why not. */
  #place(item: ImportItem): Placed | Extract<ImportItem, { ok: false }> {
    if (!item.ok) return item;
    const { path: imagePath } = item.record.picture;
    const picture = this.#known(imagePath);
    if (!picture) throw new Error(`nobody looked at ${imagePath}`);
    if ('message' in picture) return { ...item, ok: false, problem: { ...picture, value: shown(imagePath) } };
    if ('image' in picture && picture.linkedInto !== null) this.#linkedInto.add(picture.linkedInto);
    const placed = inPicture(item, sizeOf(picture), this.#reading.boxes);
    return placed.ok ? { ...placed, picture } : placed;
  }

  #imageId({ record, picture }: Placed, rootId: number, ids: Map<string, Registered>): number {
    if ('id' in picture) return picture.id;
    let registered = ids.get(record.picture.path);
    if (!registered) {
      const id = ensureImage(this.#project.db, { ...picture.image, rootId });
      ids.set(record.picture.path, (registered = { id, size: sizeOf(picture) }));
    }
    return registered.id;
  }

  /** Forgets that there was an import: nothing of it is there. */
  forget(): void {
    const { importId } = this.#written;
    if (importId !== null) forgetImport(this.#project.db, importId);
    this.#written = { ...this.#written, importId: null };
  }

  #known(path: string): Known | null {
    return this.#pictures.get(path) ?? this.#olderPictures.get(path) ?? null;
  }

  #learn(path: string, known: Known): void {
    const there = this.#pictures.has(path) ? this.#pictures : this.#olderPictures;
    there.set(path, known);
  }
}

function sizeOf(picture: Registered | ChosenPicture): readonly [number, number] {
  return 'id' in picture ? picture.size : [picture.image.width, picture.image.height];
}

function knownOf(looked: Awaited<ReturnType<PictureLooks['look']>>[number]): Known {
  if (!('error' in looked)) return looked;
  return { message: looked.error.message, next: looked.error.next ?? 'Check the picture' };
}
