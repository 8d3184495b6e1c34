/** Which sample here one of another project is: the same question about a picture of the same content. */
import type { RowReason } from '../../importers/index.ts';
import { type ReadableDb, read } from '../../store/db.ts';
import type { Project } from '../../store/file/project.ts';
import { imagePath } from '../../store/pictures/image.ts';
import { type RegisteredPicture, registeredPicture } from '../../store/pictures/version.ts';
import type { Sample } from '../../store/samples/sample.ts';
import { sha256Of } from '../pictures/settle.ts';

/** A sample that is here; a picture that is, without that question; or neither. */
export type Match =
  | { readonly sampleId: number }
  | { readonly imageId: number }
  | { readonly problem: Omit<RowReason, 'value'> };

const NO_PICTURE = {
  message: 'its picture is not in this project',
  next: 'Import the pictures and questions here first, then bring in the decisions',
};
const NOT_READ = {
  message: 'its picture cannot be read, here or there, so nobody knows whether it is the same',
  next: 'Make the pictures of both projects readable (fovea pictures says which are not)',
};

export class Matcher {
  readonly #here: Project;
  readonly #there: Project;
  /** Of the last pictures of the other project: many questions share one. */
  readonly #pictures = new Map<number, Promise<readonly number[] | null>>();

  constructor(here: Project, there: Project) {
    this.#here = here;
    this.#there = there;
  }

  async match(sample: Sample): Promise<Match> {
    const images = await this.#imagesLike(sample.imageId);
    if (images === null) return { problem: NOT_READ };
    const [first] = images;
    if (first === undefined) return { problem: NO_PICTURE };
    const found = read<{ id: number; external_id: string }>(
      this.#here.db,
      `SELECT id, external_id FROM sample WHERE question = ? AND image_id IN (SELECT value FROM json_each(?)) ORDER BY id`,
    ).all(sample.question, JSON.stringify(images));
    const same = found.find(({ external_id }) => external_id === sample.externalId) ?? found[0];
    return same ? { sampleId: same.id } : { imageId: first };
  }

  #imagesLike(imageId: number): Promise<readonly number[] | null> {
    let found = this.#pictures.get(imageId);
    if (!found) {
      if (this.#pictures.size > 10_000) this.#pictures.clear();
      this.#pictures.set(imageId, (found = this.#find(imageId)));
    }
    return found;
  }

  /** Pictures here of the same content; null: that cannot be told. */
  async #find(imageId: number): Promise<readonly number[] | null> {
    const theirs = registeredPicture(this.#there.db, imageId);
    const alike = read<{ id: number }>(
      this.#here.db,
      'SELECT id FROM image WHERE bytes = ? AND width = ? AND height = ? ORDER BY id',
    ).all(theirs.bytes, theirs.width, theirs.height);
    if (alike.length === 0) return [];
    const same: number[] = [];
    let unread = false;
    for (const { id } of alike) {
      const equal = await this.#equal(theirs, registeredPicture(this.#here.db, id));
      if (equal === true) same.push(id);
      if (equal === null) unread = true;
    }
    return same.length === 0 && unread ? null : same;
  }

  async #equal(theirs: RegisteredPicture, ours: RegisteredPicture): Promise<boolean | null> {
    const [there, here] = [pathOf(this.#there, theirs.id), pathOf(this.#here, ours.id)];
    if (there !== null && there === here && theirs.mtimeMs === ours.mtimeMs) return true;
    const [one, other] = [await contentOf(theirs, there), await contentOf(ours, here)];
    return one === null || other === null ? null : Buffer.compare(one, other) === 0;
  }
}

function pathOf({ db, path }: { readonly db: ReadableDb; readonly path: string }, id: number): string | null {
  return imagePath(db, path, id);
}

async function contentOf({ sha256 }: RegisteredPicture, path: string | null): Promise<Uint8Array | null> {
  if (sha256 !== null) return sha256;
  return path === null ? null : sha256Of(path).catch(() => null);
}
