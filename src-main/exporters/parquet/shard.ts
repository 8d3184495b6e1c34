/**
 * One file of rows. Rows are gathered into row groups of a bounded size, so that memory does not grow with the file, and
 * each group goes to the disk before the next one is made.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { FolderFile } from '../../files/atomic-folder.ts';
import { COLUMNS, type ImageCell } from './columns.ts';
import { featureOf, schemaOf } from './field.ts';
import type { Selected } from '../select.ts';

/** Rows of a group; and bytes of pictures after which one is closed earlier. */
const GROUP_ROWS = 1000;
const GROUP_BYTES = 8 << 20;
/** Of a page: pictures above it have a page each. */
const PAGE_BYTES = 1 << 20;

const SCHEMA = [
  { name: 'schema', num_children: COLUMNS.length },
  ...COLUMNS.flatMap(({ name, field }) => schemaOf(name, field)),
];

/** In every shard: the readers of data sets believe the first one they open. */
const METADATA = [
  {
    key: 'huggingface',
    value: JSON.stringify({
      info: { features: Object.fromEntries(COLUMNS.map(({ name, field }) => [name, featureOf(field)])) },
    }),
  },
];

export class Shard {
  readonly #file: FolderFile;
  readonly #bytes = new ByteWriter(1 << 16);
  readonly #writer: ParquetWriter;
  #group: unknown[][] = COLUMNS.map(() => []);
  #groupBytes = 0;
  rows = 0;

  constructor(file: FolderFile) {
    this.#file = file;
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: SCHEMA,
      kvMetadata: METADATA,
      createdBy: 'Fovea',
    });
  }

  /** Bytes of the file so far; what is gathered counts as it is. */
  get size(): number {
    return this.#file.size + this.#groupBytes;
  }

  async add(chosen: Selected, image: ImageCell): Promise<void> {
    COLUMNS.forEach(({ of }, i) => this.#group[i]!.push(of(chosen, image)));
    this.#groupBytes += image.bytes?.length ?? 0;
    this.rows++;
    if (this.#group[0]!.length >= GROUP_ROWS || this.#groupBytes >= GROUP_BYTES) await this.#closeGroup();
  }

  /** @returns bytes of the file */
  async finish(): Promise<number> {
    await this.#closeGroup();
    await this.#writer.finish();
    await this.#drain();
    await this.#file.close();
    return this.#file.size;
  }

  async #closeGroup(): Promise<void> {
    const group = this.#group;
    if (group[0]!.length === 0) return;
    this.#group = COLUMNS.map(() => []);
    this.#groupBytes = 0;
    await this.#writer.write({
      columnData: COLUMNS.map(({ name, field }, i) => ({
        name,
        data: group[i]!,
        // Pictures are compressed already, and no two are the same.
        ...(field.is === 'image' && {
          codec: 'UNCOMPRESSED' as const,
          encoding: 'PLAIN' as const,
          statistics: false,
        }),
      })),
      rowGroupSize: GROUP_ROWS,
      pageSize: PAGE_BYTES,
    });
    await this.#drain();
    await breathe();
  }

  /** What was encoded goes to the disk; offsets go on counting. */
  async #drain(): Promise<void> {
    await this.#file.write(this.#bytes.getBytes().slice());
    this.#bytes.index = 0;
  }
}
