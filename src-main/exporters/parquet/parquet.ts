/**
 * Parquet as a data set of the Hugging Face Hub: a folder with shards for each split and a card, which `load_dataset` opens
 * as it is. Pictures lie in the shards, or are named by where they are.
 */
import { SHARD_MEGABYTES } from '../../../src-shared/contract/export-formats.ts';
import type { Folder } from '../../files/atomic-folder.ts';
import { PicturesAhead } from '../pictures/ahead.ts';
import { runFolderExport, type Written } from '../run.ts';
import { select, type Selected } from '../select.ts';
import { SplitNames } from '../split-names.ts';
import { Tally } from '../tally.ts';
import type { Exporter, ExportOptions } from '../types.ts';
import { card } from './card.ts';
import type { ImageCell } from './columns.ts';
import { Shard } from './shard.ts';

export const parquetExporter: Exporter = {
  format: 'parquet',
  export: (samples, path, options) => {
    const pictures = new PicturesAhead(options);
    const ahead = options.pictures === 'named' ? samples : pictures.samples(samples);
    return runFolderExport(ahead, path, options, new DataSetWriter(options, pictures));
  },
};

interface OpenSplit {
  shard: Shard | null;
  readonly bytes: number[];
}

class DataSetWriter {
  readonly choose = select;
  readonly #options: ExportOptions;
  readonly #pictures: PicturesAhead;
  readonly #names = new SplitNames();
  readonly #tally = new Tally();
  readonly #splits = new Map<string, OpenSplit>();

  constructor(options: ExportOptions, pictures: PicturesAhead) {
    this.#options = options;
    this.#pictures = pictures;
  }

  async begin(): Promise<void> {
    // A folder is made when the first sample of a split comes.
  }

  async sample(folder: Folder, chosen: Selected): Promise<Written> {
    const image = await this.#imageOf(chosen);
    if ('skip' in image) return image;
    const split = this.#names.nameOf(chosen.sample.split);
    const open = this.#splits.get(split) ?? { shard: null, bytes: [] };
    this.#splits.set(split, open);
    open.shard ??= new Shard(await folder.create(beingWritten(split, open.bytes.length)));
    await open.shard.add(chosen, image);
    this.#tally.add(split, chosen);
    if (open.shard.size >= (this.#options.shardBytes ?? SHARD_MEGABYTES * 1e6)) await this.#close(open);
    return { skip: null };
  }

  async end(folder: Folder): Promise<void> {
    for (const [split, open] of this.#splits) {
      await this.#close(open);
      for (const n of open.bytes.keys()) {
        await folder.rename(beingWritten(split, n), placed(split, n, open.bytes.length));
      }
      this.#tally.splits.get(split)!.bytes = open.bytes.reduce((sum, bytes) => sum + bytes, 0);
    }
    await folder.put('README.md', card(this.#tally, this.#options));
  }

  async #close(open: OpenSplit): Promise<void> {
    if (open.shard) open.bytes.push(await open.shard.finish());
    open.shard = null;
  }

  async #imageOf({ sample: { image } }: Selected): Promise<ImageCell | { readonly skip: string }> {
    if (this.#options.pictures === 'named') return { bytes: null, path: image.path };
    const bytes = await this.#pictures.bytesOf(image);
    return 'skip' in bytes ? bytes : { bytes, path: image.name };
  }
}

/** How many there will be is known at the end. */
const beingWritten = (split: string, n: number): string => `data/${split}-${five(n)}`;

const placed = (split: string, n: number, of: number): string =>
  `data/${split}-${five(n)}-of-${five(of)}.parquet`;

function five(n: number): string {
  return String(n).padStart(5, '0');
}
