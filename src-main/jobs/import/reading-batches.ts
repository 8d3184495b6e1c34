/** A questions file in batches, in the thread that asks. */
import { type ImportItem, openImport, type ReadingOptions } from '../../importers/index.ts';

/**
 * @param most questions of a batch; the last one may have fewer, and is never empty
 * Throws as `openImport` and reading do, at the first batch too.
 */
export async function* readBatches(
  file: string,
  reading: ReadingOptions,
  most: number,
): AsyncGenerator<readonly ImportItem[], undefined> {
  const { items } = await openImport(file, reading);
  let batch: ImportItem[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < most) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
