/** What the last search for near-duplicates found: lists are filtered by it until the next one. */
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** Samples whose picture is in a group of the last search, and holds what it held then. */
export const NEAR_DUPLICATE_SAMPLES = `SELECT s.id FROM maps.near_duplicate d
  JOIN image i ON i.id = d.image_id AND i.sha256 = d.content JOIN sample s ON s.image_id = i.id`;

/** Takes the place of what was found before. @param groups pictures of each group, by number */
export function putNearDuplicates(db: WritableDb, groups: readonly (readonly number[])[]): void {
  transact(db, () => {
    write(db, 'DELETE FROM maps.near_duplicate').run();
    const insert = write(
      db,
      `INSERT INTO maps.near_duplicate (image_id, content, group_number)
       SELECT id, sha256, ? FROM image WHERE id = ? AND sha256 IS NOT NULL`,
    );
    for (const [at, pictures] of groups.entries()) for (const id of pictures) insert.run(at + 1, id);
  });
}

/** Whether the last search found anything. */
export function hasNearDuplicates(db: ReadableDb): boolean {
  return read(db, 'SELECT 1 FROM maps.near_duplicate LIMIT 1').get() !== undefined;
}
