/**
 * Pictures for an export that takes them along. Each small one costs five waits for a thread of the system's where it is read by itself,
 * ten times what reading it takes, so those of the samples that come next are read in a thread, many for one request. What that
 * thread does not give (large pictures, what is no plain file, a disk that does not answer) is read by `pictureBytes`, which says why not.
 */
import { Worker } from 'node:worker_threads';
import { threadEntry } from '../../files/thread-entry.ts';
import { pictureBytes } from './bytes.ts';
import { LIST_MOST, type PictureBlock, pictureBlockSchema } from './wire.ts';
import { select } from '../select.ts';
import type { ExportOptions, ExportSample } from '../types.ts';

/** Samples after which it is worth a thread, which takes as long to start as some hundred pictures to be read. */
const FEW = 256;
/** After so long without an answer the thread is left behind. */
const LOST_MS = 15_000;
const RESOURCES = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

const ENTRY = threadEntry('export-picture-thread', new URL('./thread.ts', import.meta.url));

/** Some samples, and the small ones of their pictures by path. */
interface Ahead {
  readonly samples: readonly ExportSample[];
  readonly pictures: Promise<ReadonlyMap<string, Uint8Array>>;
}

const NONE: ReadonlyMap<string, Uint8Array> = new Map();

export class PicturesAhead {
  readonly #options: Pick<ExportOptions, 'includeUnreviewed'>;
  readonly #few: number;
  readonly #lostMs: number;
  #thread: Worker | null = null;
  /** It was left behind, and is not asked any more. */
  #lost = false;
  #read = NONE;
  /** The answer to the last request: the thread is asked one thing at a time. */
  #turn: Promise<PictureBlock | null> = Promise.resolve(null);

  /** @param limits samples after which pictures are read ahead, and when the thread is given up */
  constructor(
    options: Pick<ExportOptions, 'includeUnreviewed'>,
    { few = FEW, lostMs = LOST_MS }: { readonly few?: number; readonly lostMs?: number } = {},
  ) {
    this.#options = options;
    this.#few = few;
    this.#lostMs = lostMs;
  }

  /** The samples as they come, while pictures of the next ones are read. Ends the thread with them. */
  async *samples(
    source: AsyncIterable<ExportSample> | Iterable<ExportSample>,
  ): AsyncGenerator<ExportSample, void> {
    let seen = 0;
    let before: Ahead | null = null;
    let list: ExportSample[] = [];
    try {
      for await (const sample of source) {
        list.push(sample);
        seen++;
        if (seen > this.#few && list.length < LIST_MOST) continue;
        const next: Ahead = {
          samples: list,
          pictures: seen > this.#few ? this.#ask(list) : Promise.resolve(NONE),
        };
        list = [];
        if (before) yield* this.#give(before);
        before = next;
      }
      if (before) yield* this.#give(before);
      yield* list;
    } finally {
      void this.#thread?.terminate();
    }
  }

  /** Bytes of a picture of the sample that was given last. */
  async bytesOf(image: ExportSample['image']): Promise<Uint8Array | { readonly skip: 'picture_unreadable' }> {
    return this.#read.get(image.path) ?? (await pictureBytes(image));
  }

  async *#give({ samples, pictures }: Ahead): AsyncGenerator<ExportSample, void> {
    this.#read = await pictures;
    yield* samples;
    this.#read = NONE;
  }

  /** Never throws. */
  async #ask(samples: readonly ExportSample[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const wanted = samples.filter((sample) => 'label' in select(sample, this.#options));
    const paths = [...new Set(wanted.map(({ image }) => image.path))];
    this.#turn = this.#turn.then(() => (this.#lost || paths.length === 0 ? null : this.#answer(paths)));
    const answer = await this.#turn;
    if (answer === null) return NONE;
    const found = new Map<string, Uint8Array>();
    let at = 0;
    for (const [i, size] of answer.sizes.entries()) {
      if (size < 0) continue;
      found.set(paths[i]!, answer.block.subarray(at, at + size));
      at += size;
    }
    return found;
  }

  #answer(paths: readonly string[]): Promise<PictureBlock | null> {
    const thread = (this.#thread ??= new Worker(ENTRY, { resourceLimits: RESOURCES }));
    return new Promise((resolve) => {
      const end = (answer: PictureBlock | null): void => {
        clearTimeout(clock);
        for (const name of ['message', 'error', 'exit']) thread.removeAllListeners(name);
        resolve(answer);
      };
      const leave = (): void => {
        this.#lost = true;
        thread.unref();
        void thread.terminate();
        end(null);
      };
      const clock = setTimeout(leave, this.#lostMs);
      thread.on('message', (raw) => end(pictureBlockSchema.parse(raw)));
      thread.on('error', leave);
      thread.on('exit', leave);
      thread.postMessage(paths);
    });
  }
}
