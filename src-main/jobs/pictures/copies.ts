/**
 * Which pictures of an import are copies of others, by the bytes of their files. Only files that are as long, with pictures
 * as wide and as high, are read, in the thread that looks at pictures.
 */
import type { ImportReport } from '../../../src-shared/contract/procedures.ts';
import type { Project } from '../../store/file/project.ts';
import { countPictures, lookalikes, type Lookalike } from '../../store/pictures/same-size.ts';
import type { CheckOptions } from './check.ts';
import type { KnownFingerprints, PackedFingerprints } from './fingerprints.ts';
import { copyInThread, type InThreadHooks } from './in-thread.ts';
import { placeOf } from './file.ts';
import { realOf, sha256Of, UntouchedFiles } from './reading.ts';

export type Copies = NonNullable<ImportReport['copies']>;

/** Groups that are named. */
const NAMED = 20;
/** Of one group. */
const NAMED_OF_GROUP = 10;
/** Bytes that are read at most: what is left is told by its number. */
const MOST_BYTES = 2e9;
/** Pictures among which a question to the database takes no longer than anybody would notice. */
const FEW = 5000;

const NONE: Copies = { pictures: 0, groups: [], uncompared: 0 };

/** As {@link findCopies}, without a thread where there is nothing to read. Null: nobody could look. */
export async function copiesOf(
  project: Project,
  importId: number,
  taken: PackedFingerprints,
  hooks: InThreadHooks = {},
): Promise<Copies | null> {
  if (countPictures(project.db, FEW) < FEW && lookalikes(project.db, importId).groups.length === 0)
    return NONE;
  // What was imported is there, whether it can be compared or not.
  return copyInThread(project, importId, taken, hooks).catch(() => null);
}

/**
 * Reads the files of which no fingerprint is known. Stopped, what was not read counts as not compared.
 * @param known taken while they were imported
 */
export async function findCopies(
  project: Project,
  importId: number,
  known: KnownFingerprints,
  options: Pick<CheckOptions, 'stopped' | 'onSign'>,
): Promise<Copies> {
  const { groups, beyond } = lookalikes(project.db, importId);
  const found = { pictures: 0, groups: [] as string[][], uncompared: beyond };
  const files = new Files(project, known, options);
  let left = MOST_BYTES;
  for (const group of groups) {
    const toRead = group
      .filter((picture) => files.known(picture) === null)
      .reduce((sum, { bytes }) => sum + bytes, 0);
    if (options.stopped() || toRead > left) {
      found.uncompared += group.filter(({ own }) => own === 1).length;
      continue;
    }
    left -= toRead;
    const byContent = new Map<string, Lookalike[]>();
    for (const picture of group) {
      const content = await files.fingerprint(picture);
      if (content === null) found.uncompared += picture.own;
      else {
        const copies = byContent.get(content);
        if (copies) copies.push(picture);
        else byContent.set(content, [picture]);
      }
    }
    for (const copies of byContent.values()) {
      const own = copies.filter((picture) => picture.own === 1).length;
      if (copies.length < 2 || own === 0) continue;
      // One of several new ones is the picture that the others are copies of.
      found.pictures += own === copies.length ? own - 1 : own;
      if (found.groups.length < NAMED)
        found.groups.push(copies.slice(0, NAMED_OF_GROUP).map(({ path }) => path));
    }
  }
  return found;
}

class Files {
  readonly #project: Project;
  readonly #known: KnownFingerprints;
  readonly #options: Pick<CheckOptions, 'onSign'>;
  /** By their roots; null: the root is not there. */
  readonly #files = new Map<number, UntouchedFiles | null>();

  constructor(project: Project, known: KnownFingerprints, options: Pick<CheckOptions, 'onSign'>) {
    this.#project = project;
    this.#known = known;
    this.#options = options;
  }

  /** In hex; null: its file has to be read. */
  known(picture: Lookalike): string | null {
    if (picture.sha256 !== null) return Buffer.from(picture.sha256).toString('hex');
    return this.#known.of(picture);
  }

  /** In hex; null for what cannot be read, or is not what was imported any more. */
  async fingerprint(picture: Lookalike): Promise<string | null> {
    const known = this.known(picture);
    if (known !== null) return known;
    let files = this.#files.get(picture.rootId);
    if (files === undefined) {
      const place = await placeOf(this.#project, picture.rootId);
      const real = realOf(place);
      this.#files.set(picture.rootId, (files = real === null ? null : new UntouchedFiles(place, real)));
    }
    const file = files?.find(picture) ?? null;
    const sha256 = file === null ? null : sha256Of(file, picture, this.#options);
    return sha256 && Buffer.from(sha256).toString('hex');
  }
}
