/** What pictures look like: a perceptual hash for each content that a picture's file had when it was looked at. */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** Of one version of a picture; 8 bytes. */
export interface PictureHash {
  readonly imageId: number;
  readonly version: number;
  readonly hash: Uint8Array;
}

export function putPictureHashes(db: WritableDb, hashes: readonly PictureHash[]): void {
  transact(db, () => {
    const insert = write(
      db,
      'INSERT OR REPLACE INTO picture_hash (image_id, version, hash) VALUES (?, ?, ?)',
    );
    for (const { imageId, version, hash } of hashes) insert.run(imageId, version, hash);
  });
}

/** Of these pictures, the hashes of what each holds now, as far as they are known. */
export function pictureHashes(db: ReadableDb, imageIds: readonly number[]): PictureHash[] {
  return read<PictureHash>(
    db,
    `SELECT h.image_id AS imageId, h.version, h.hash FROM json_each(?) j JOIN image i ON i.id = j.value
     JOIN picture_hash h ON h.image_id = i.id AND h.version = i.version`,
  ).all(JSON.stringify(imageIds));
}
