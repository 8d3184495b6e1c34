/** Pictures that look the same, as groups: the held-out part must not have a copy of what was learned from. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { HASH_SIDE, perceptualHash } from '../../../src-shared/kernels/pictures/perceptual-hash.ts';
import { nearDuplicates } from '../../../src-shared/kernels/pictures/near-duplicates.ts';
import { smallGrey } from '../../checkpoint/image/thumbnail.ts';
import type { Project } from '../../store/file/project.ts';
import { patiently } from '../../store/patience.ts';
import { type PictureHash, pictureHashes, putPictureHashes } from '../../store/pictures/hash.ts';
import { registeredPicture } from '../../store/pictures/version.ts';
import { pictureFile } from '../pictures/file.ts';

/** One commit of hashes. */
const CHUNK = 256;
/** libvips decodes in threads of its own; more than these wait for each other. */
const AT_ONCE = 4;

export interface GroupHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface PictureGroups {
  /** Picture → the smallest-numbered picture of its group. Those that cannot be read are not in it. */
  readonly groupOf: ReadonlyMap<number, number>;
  /** Pictures that share their group with another. */
  readonly nearDuplicates: number;
}

/**
 * Groups of these pictures. Hashes that are not known yet are taken and kept in the project (where it can be written).
 * @param imageIds ascending
 * @throws FoveaError `cancelled` by the signal; what was hashed by then is kept
 */
export async function pictureGroups(
  project: Project,
  imageIds: readonly number[],
  bits: number,
  hooks: GroupHooks = {},
): Promise<PictureGroups> {
  const known = new Map<number, Uint8Array>();
  for (let at = 0; at < imageIds.length; at += CHUNK) {
    const chunk = imageIds.slice(at, at + CHUNK);
    for (const { imageId, hash } of pictureHashes(project.db, chunk)) known.set(imageId, hash);
    const missing = chunk.filter((id) => !known.has(id));
    const taken = await hashesOf(project, missing, hooks.signal);
    if (taken.length > 0 && !project.readOnly) await patiently(() => putPictureHashes(project.db, taken));
    for (const { imageId, hash } of taken) known.set(imageId, hash);
    hooks.onProgress?.(Math.min(imageIds.length, at + CHUNK), imageIds.length);
  }
  const readable = imageIds.filter((id) => known.has(id));
  const words = new Uint32Array(2 * readable.length);
  readable.forEach((id, i) => {
    const { buffer, byteOffset } = known.get(id)!;
    const view = new DataView(buffer, byteOffset, 8);
    words[2 * i] = view.getUint32(0);
    words[2 * i + 1] = view.getUint32(4);
  });
  const groups = nearDuplicates(words, bits);
  const sizes = new Int32Array(groups.length);
  for (const group of groups) sizes[group]!++;
  return {
    groupOf: new Map(readable.map((id, i) => [id, readable[groups[i]!]!])),
    nearDuplicates: groups.filter((group) => sizes[group]! > 1).length,
  };
}

/** Hashes of those of the pictures that can be read. */
async function hashesOf(
  project: Project,
  imageIds: readonly number[],
  signal: AbortSignal | undefined,
): Promise<PictureHash[]> {
  const found: PictureHash[] = [];
  const waiting = [...imageIds];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (signal?.aborted) {
        throw new FoveaError('cancelled', 'looking at the pictures was stopped', { next: 'Start it again' });
      }
      const hash = await hashOf(project, id);
      if (hash) found.push(hash);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

/** Null where there is no picture to see: that is for whoever needs it to count. */
async function hashOf(project: Project, imageId: number): Promise<PictureHash | null> {
  const { version } = registeredPicture(project.db, imageId);
  try {
    const path = await pictureFile(project, imageId);
    return { imageId, version, hash: perceptualHash(await smallGrey(path, HASH_SIDE)) };
  } catch (thrown) {
    if (UNREADABLE.has(FoveaError.from(thrown).code)) return null;
    throw thrown;
  }
}

const UNREADABLE: ReadonlySet<string> = new Set([
  'not_found',
  'bad_input',
  'bad_image',
  'image_too_large',
  'conflict',
]);
