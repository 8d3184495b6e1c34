/** What is imported in batches, in the thread that asks; pictures that stand in the file are stored on the way. */
import { openImport, type ReadingOptions } from '../../importers/index.ts';
import { EmbeddedPictures, type ReadItem } from './embedded.ts';

/** Pictures that are stored at a time: the disk takes its time for each, and so many are in memory. */
const STORING = 8;

/**
 * @param stored the folder of stored pictures; null: nothing is written
 * @param most questions of a batch; the last one may have fewer, and is never empty
 * Throws as `openImport` and reading do, at the first batch too, and as `EmbeddedPictures.settle`.
 */
export async function* readBatches(
  file: string,
  reading: ReadingOptions,
  stored: string | null,
  most: number,
): AsyncGenerator<readonly ReadItem[], undefined> {
  const pictures = new EmbeddedPictures(stored);
  try {
    const { items } = await openImport(file, reading);
    let batch: (ReadItem | Promise<ReadItem>)[] = [];
    let storing: Promise<ReadItem>[] = [];
    for await (const item of items) {
      const settled = pictures.settle(item);
      batch.push(settled);
      if (settled instanceof Promise) {
        // Its failure is met when its turn comes.
        settled.catch(() => undefined);
        storing.push(settled);
        if (storing.length > STORING) await storing[storing.length - 1 - STORING];
      }
      if (batch.length < most) continue;
      yield await settledAll(batch, storing);
      [batch, storing] = [[], []];
    }
    if (batch.length > 0) yield await settledAll(batch, storing);
  } finally {
    await pictures.close();
  }
}

async function settledAll(
  batch: readonly (ReadItem | Promise<ReadItem>)[],
  storing: readonly Promise<ReadItem>[],
): Promise<readonly ReadItem[]> {
  return storing.length === 0 ? (batch as readonly ReadItem[]) : await Promise.all(batch);
}
