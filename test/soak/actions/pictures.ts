/**
 * Which picture lies in each sample's file, and for which one its label was kept, beside the files themselves. A label
 * holds for the picture that it was made on and for the one that somebody kept it for last.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { seededRandom } from '../../support/random.ts';

/** What lies in a file: 0 the picture that was labelled, others by number. */
type Content = number;

/** Others that a file may hold. The last one lies on its side. */
const OTHERS = 3;
const ORIGINAL: Content = 0;

export class PictureModel {
  readonly #size: readonly [width: number, height: number];
  readonly #now = new Map<number, Content>();
  readonly #originals = new Map<number, Uint8Array>();
  #kept: ReadonlyMap<number, Content> = new Map();

  /** @param size of every picture that was labelled */
  constructor(size: readonly [width: number, height: number]) {
    this.#size = size;
  }

  /** Whether the label is of another picture than is there now. */
  isChanged(sample: number): boolean {
    const now = this.#contentOf(sample);
    return now !== ORIGINAL && this.#kept.get(sample) !== now;
  }

  /** Whether the picture that is there now has the size of the one that was labelled. */
  isOfSameSize(sample: number): boolean {
    return this.#contentOf(sample) !== OTHERS;
  }

  /** Somebody said that the label holds for what is there now. */
  keep(sample: number): void {
    this.#kept = new Map([...this.#kept, [sample, this.#contentOf(sample)]]);
  }

  /** What was kept, to go back to with an older database: files are what they are. */
  get kept(): ReadonlyMap<number, Content> {
    return this.#kept;
  }

  putBack(kept: ReadonlyMap<number, Content>): void {
    this.#kept = kept;
  }

  /**
   * Puts another picture in the place of a sample's, or the first one back.
   * @param file the sample's picture @param below an integer at random, below the given one
   */
  async replace(sample: number, file: string, below: (count: number) => number): Promise<void> {
    const before = this.#contentOf(sample);
    // The first one comes back now and then, and so do the others.
    const [now] = [below(OTHERS + 1)].map((content) => (content === before ? (before + 1) % 3 : content));
    if (!this.#originals.has(sample)) this.#originals.set(sample, readFileSync(file));
    // Another file in its place: other names of the old one keep it.
    writeFileSync(`${file}.new`, now === ORIGINAL ? this.#originals.get(sample)! : await this.#draw(now));
    renameSync(`${file}.new`, file);
    this.#now.set(sample, now);
  }

  #contentOf(sample: number): Content {
    return this.#now.get(sample) ?? ORIGINAL;
  }

  #draw(content: Content): Promise<Buffer> {
    const [width, height] = content === OTHERS ? [...this.#size].reverse() : this.#size;
    const random = seededRandom(content);
    const raw = Uint8Array.from({ length: 8 * 6 * 3 }, () => random() * 256);
    return sharp(raw, { raw: { width: 8, height: 6, channels: 3 } })
      .resize(width, height, { kernel: 'cubic' })
      .jpeg()
      .toBuffer();
  }
}
